/** A project as GraphQL shows it. */
export function projectFields(entity: string, project: string) {
  return {
    id: btoa(`Project:${entity}/${project}`),
    internalId: btoa(`ProjectInternalId:${project}`),
    name: project,
    entityName: entity,
    entity: { id: btoa(`Entity:${entity}`), name: entity, isTeam: true },
    readOnly: false,
  };
}
