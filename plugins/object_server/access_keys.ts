/** An access key with its secret. */
export interface NewKey {
  /** 20 capital letters and digits, as clients expect one. */
  readonly id: string;
  /** 40 characters: 240 bits of chance. */
  readonly secret: string;
}

/** Base32 without what is mistaken for something else: 32 characters, so that each is as likely. */
const LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/** Makes a key from the system's source of chance. */
export function makeKey(): NewKey {
  const letters = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) =>
    LETTERS[byte % LETTERS.length]
  );
  return {
    id: `AERO${letters.join("")}`,
    // No slash and no plus: secrets are pasted into URLs and shells.
    secret: crypto.getRandomValues(new Uint8Array(30)).toBase64({ alphabet: "base64url" }),
  };
}
