/**
 * Devices by their Container Device Interface names: `nvidia.com/gpu=0`.
 *
 * @param gpus `all`, a count (the first so many), or devices as docker writes them, `device=0,2`; a device may have
 *   its full name, `amd.com/gpu=0`.
 */
export function gpusByCdi(gpus: string): string[] {
  const devices = /^\d+$/.test(gpus)
    ? Array.from({ length: Number(gpus) }, (_, index) => String(index))
    : gpus.replace(/^device=/, "").split(",").map((device) => device.trim());
  return devices.flatMap((
    device,
  ) => ["--device", device.includes("=") ? device : `nvidia.com/gpu=${device}`]);
}

/**
 * Devices as docker asks its runtime for them.
 *
 * @param gpus `all`, a count, or docker's own text. A list of devices is CSV inside CSV, hence the inner quotes.
 */
export function gpusByRequest(gpus: string): string[] {
  if (gpus === "0") return [];
  return ["--gpus", /^device=[^"]*,/.test(gpus) ? `"${gpus}"` : gpus];
}
