/**
 * The CRC of two runs of bytes one after the other, from the CRC of each.
 *
 * Appending a zero byte to a message is a linear map over GF(2) on the CRC's register; the map for `length` bytes is
 * made by squaring it (as for zlib's `crc32_combine`).
 * @param polynomial Reversed.
 * @param lengthOfB Bytes.
 */
export function combineCrcs(
  width: 32 | 64,
  polynomial: bigint,
  a: bigint,
  b: bigint,
  lengthOfB: number,
): bigint {
  if (lengthOfB === 0) return a;
  // Row i is what bit i of the register comes to after one zero bit.
  let operator = Array.from({ length: width }, (_, i) => i === 0 ? polynomial : 1n << BigInt(i - 1));
  // Three squarings: from one zero bit to one zero byte.
  for (let i = 0; i < 3; i++) operator = square(operator);
  let crc = a;
  for (let left = lengthOfB; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) crc = apply(operator, crc);
    operator = square(operator);
  }
  return crc ^ b;
}

function apply(operator: readonly bigint[], value: bigint): bigint {
  let out = 0n;
  for (let i = 0, rest = value; rest > 0n; i++, rest >>= 1n) if (rest & 1n) out ^= operator[i]!;
  return out;
}

function square(operator: readonly bigint[]): bigint[] {
  return operator.map((row) => apply(operator, row));
}
