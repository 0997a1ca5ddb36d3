// SPDX-License-Identifier: Apache-2.0
// The text inside an Attachment, exactly as stored: no trimming, no line-end changes, no normalisation.
import type { Attachment } from "@fhir";

export type AttachmentText =
  | { kind: "text"; text: string }
  | { kind: "empty" }
  /** The bytes are not text of the charset they claim; the reader must be told. */
  | { kind: "broken" }
  /** Not text (PDF, image …) or kept at another address. */
  | { kind: "other"; contentType: string; url: string };

export function base64Bytes(data: string): Uint8Array<ArrayBuffer> {
  const binary = atob(data.replace(/\s+/g, ""));
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

export function attachmentText(attachment: Attachment): AttachmentText {
  const contentType = attachment.contentType ?? "text/plain";
  if (attachment.data === undefined) {
    return attachment.url === undefined ? { kind: "empty" } : { kind: "other", contentType, url: attachment.url };
  }
  if (!/^text\/(plain|markdown)\b/i.test(contentType)) return { kind: "other", contentType, url: "" };
  const charset = /charset\s*=\s*"?([^";\s]+)/i.exec(contentType)?.[1] ?? "utf-8";
  try {
    return { kind: "text", text: new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(base64Bytes(attachment.data)) };
  } catch {
    return { kind: "broken" };
  }
}
