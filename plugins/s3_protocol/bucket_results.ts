import { type Owner, ownerElement } from "./list_documents.ts";
import type { DefaultRetention } from "./object_lock_document.ts";
import { element, escapeXml, NAMESPACE, XML_DECLARATION, xmlDocument } from "./xml_text.ts";

/** Document of GetBucketLocation; the region us-east-1 is told by an empty one. */
export function locationDocument(region: string): string {
  const text = region === "us-east-1" ? "" : escapeXml(region);
  return `${XML_DECLARATION}<LocationConstraint xmlns="${NAMESPACE}">${text}</LocationConstraint>`;
}

/** Document of GetBucketVersioning; without a status where versioning was never enabled. */
export function versioningDocument(status: "Enabled" | "Suspended" | undefined): string {
  return xmlDocument("VersioningConfiguration", [element("Status", status)]);
}

/** Document of GetObjectLockConfiguration. */
export function objectLockDocument(defaultRetention: DefaultRetention | undefined): string {
  return xmlDocument("ObjectLockConfiguration", [
    element("ObjectLockEnabled", "Enabled"),
    element(
      "Rule",
      defaultRetention && [
        element("DefaultRetention", [
          element("Mode", defaultRetention.mode),
          element("Days", defaultRetention.days),
          element("Years", defaultRetention.years),
        ]),
      ],
    ),
  ]);
}

/** Document of GetBucketAcl and GetObjectAcl where the owner alone has rights. */
export function ownerAclDocument(owner: Owner): string {
  const grantee = ownerElement(owner, "Grantee").replace(
    "<Grantee>",
    '<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser">',
  );
  return xmlDocument("AccessControlPolicy", [
    ownerElement(owner),
    element("AccessControlList", [element("Grant", [grantee, element("Permission", "FULL_CONTROL")])]),
  ]);
}

/** Document of GetBucketRequestPayment: the owner pays. */
export function requestPaymentDocument(): string {
  return xmlDocument("RequestPaymentConfiguration", [element("Payer", "BucketOwner")]);
}
