const BLOCK = 512;
// Eleven octal digits; beyond, GNU's base-256 form, which podman and docker read.
const MAX_OCTAL_SIZE = 0o77777777777;

/**
 * The header block of a regular file in a tar: owner 0, mode 0444, time 0, so that equal files give equal archives.
 *
 * @param name At most 100 ASCII characters.
 * @param size Bytes; any safe integer.
 * @see {@link https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html} ustar Interchange Format
 */
export function tarHeader(name: string, size: number): Uint8Array {
  if (!/^[\x21-\x7e]{1,100}$/.test(name)) throw new RangeError(`A tar cannot hold ${JSON.stringify(name)}`);
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(`A tar cannot hold ${size} bytes`);
  const block = new Uint8Array(BLOCK);
  const put = (offset: number, text: string) => block.set(new TextEncoder().encode(text), offset);
  put(0, name);
  put(100, "0000444\0");
  put(108, "0000000\0");
  put(116, "0000000\0");
  if (size <= MAX_OCTAL_SIZE) put(124, `${size.toString(8).padStart(11, "0")}\0`);
  else new DataView(block.buffer).setBigUint64(128, BigInt(size));
  if (size > MAX_OCTAL_SIZE) block[124] = 0x80;
  put(136, "00000000000\0");
  put(148, " ".repeat(8));
  put(156, "0");
  put(257, "ustar\0" + "00");
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, "0")}\0 `);
  return block;
}

/** Bytes that fill a file's last block. */
export function tarPadding(size: number): Uint8Array {
  return new Uint8Array((BLOCK - size % BLOCK) % BLOCK);
}
