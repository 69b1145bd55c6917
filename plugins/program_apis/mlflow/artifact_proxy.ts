import { readAddress } from "./artifact_address.ts";
import { listFolder } from "./artifact_routes.ts";
import type { Folder } from "./folders.ts";
import { absent, invalid, Refusal } from "./refusal.ts";
import type { Serving } from "./serving.ts";

/**
 * Answers requests for the bytes of artifacts, which MLflow's client takes to the server itself where an artifact's
 * address begins with `mlflow-artifacts:`.
 *
 * @param rest What follows `/mlflow-artifacts/` in the path, decoded.
 * @throws {Refusal}
 */
export async function answerArtifact(serving: Serving, request: Request, rest: string): Promise<Response> {
  const { files, book } = serving;
  if (/^(mpu|presigned)\//.test(rest)) {
    // Clients that are told to try it look for these words, and send the file whole then.
    throw new Refusal(
      "NOT_IMPLEMENTED",
      "Multipart upload is not supported for the current artifact repository",
    );
  }
  if (rest === "artifacts" && request.method === "GET") {
    const { folder, path } = readAddress(book, new URL(request.url).searchParams.get("path") ?? "");
    const listed = await listFolder(files, folder, path);
    // This part of the API lists last parts only.
    const cut = path === "" ? 0 : path.length + 1;
    return Response.json({ files: listed.map((file) => ({ ...file, path: String(file.path).slice(cut) })) });
  }
  if (!rest.startsWith("artifacts/")) throw noSuch(request);
  const { folder, path } = readAddress(book, rest.slice("artifacts/".length));
  switch (request.method) {
    case "PUT":
      if (path === "") throw invalid("Cannot store an artifact without a name");
      await files.write(() => folder.claim(path), request.body);
      return Response.json({});
    case "GET": {
      const place = path === "" ? undefined : folder.find(path);
      if (place === undefined) throw absent(`No such artifact: '${path}'`);
      const { size, body } = await files.read(place);
      return new Response(body, {
        headers: { "content-type": "application/octet-stream", "content-length": String(size) },
      });
    }
    case "DELETE":
      await remove(serving, folder, path);
      return Response.json({});
    default:
      throw noSuch(request);
  }
}

async function remove({ files }: Serving, folder: Folder, path: string): Promise<void> {
  if (path !== "") {
    const place = folder.find(path);
    if (place === undefined) throw absent(`No such artifact: '${path}'`);
    return await files.remove(place);
  }
  const roots = folder.roots()?.values() ?? [folder.place];
  for (const place of roots) if (await files.stat(place) !== undefined) await files.remove(place);
}

function noSuch(request: Request): Refusal {
  return new Refusal(
    "ENDPOINT_NOT_FOUND",
    `No such endpoint: ${request.method} ${new URL(request.url).pathname}`,
  );
}
