/** Devices by their Container Device Interface names: `nvidia.com/gpu=0`. `gpus` is `all` or `0,2`. */
export function gpusByCdi(gpus: string): string[] {
  return gpus.split(",").flatMap((gpu) => ["--device", `nvidia.com/gpu=${gpu.trim()}`]);
}

/** Devices as docker asks its runtime for them; the list is CSV inside CSV, hence the inner quotes. */
export function gpusByRequest(gpus: string): string[] {
  return ["--gpus", gpus === "all" ? "all" : `"device=${gpus}"`];
}
