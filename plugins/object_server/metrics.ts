/** What happened with one request. */
export interface RequestOutcome {
  /** Name of the operation; `Unknown` where the request asked for none. */
  readonly operation: string;
  readonly status: number;
  /** Bytes of body that came in, as they travelled. */
  readonly bytesIn: number;
  /** Bytes of body that went out. */
  readonly bytesOut: number;
  /** From the head of the request to the last byte of the reply. */
  readonly ms: number;
}

/** Upper ends of the latency buckets, in seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];

interface Latency {
  readonly counts: number[];
  sum: number;
  count: number;
}

/** Counts requests; shows them as Prometheus reads them. */
export class Metrics {
  readonly #requests = new Map<string, number>();
  readonly #latencies = new Map<string, Latency>();
  #bytesIn = 0;
  #bytesOut = 0;
  #underWay = 0;

  /** Counts a request that began. */
  begin(): void {
    this.#underWay++;
  }

  /** Counts a request that ended. */
  end({ operation, status, bytesIn, bytesOut, ms }: RequestOutcome): void {
    this.#underWay--;
    this.#bytesIn += bytesIn;
    this.#bytesOut += bytesOut;
    const labels = `operation="${operation}",status="${status}"`;
    this.#requests.set(labels, (this.#requests.get(labels) ?? 0) + 1);
    let latency = this.#latencies.get(operation);
    if (latency === undefined) {
      latency = { counts: BUCKETS.map(() => 0), sum: 0, count: 0 };
      this.#latencies.set(operation, latency);
    }
    const seconds = ms / 1000;
    latency.sum += seconds;
    latency.count++;
    for (const [i, end] of BUCKETS.entries()) if (seconds <= end) latency.counts[i]!++;
  }

  /**
   * All counts since the start.
   *
   * @param connections Open at present.
   * @see {@link https://prometheus.io/docs/instrumenting/exposition_formats/} version 0.0.4
   */
  text(connections: number): string {
    const name = "aero_object_server";
    const lines = [
      `# HELP ${name}_requests_total Requests that were answered.`,
      `# TYPE ${name}_requests_total counter`,
      ...[...this.#requests].map(([labels, count]) => `${name}_requests_total{${labels}} ${count}`),
      `# HELP ${name}_request_seconds Time from a request's head to the end of its reply.`,
      `# TYPE ${name}_request_seconds histogram`,
    ];
    for (const [operation, { counts, sum, count }] of this.#latencies) {
      const label = `operation="${operation}"`;
      lines.push(
        ...BUCKETS.map((end, i) => `${name}_request_seconds_bucket{${label},le="${end}"} ${counts[i]}`),
        `${name}_request_seconds_bucket{${label},le="+Inf"} ${count}`,
        `${name}_request_seconds_sum{${label}} ${sum}`,
        `${name}_request_seconds_count{${label}} ${count}`,
      );
    }
    const single = (what: string, type: string, help: string, value: number) =>
      lines.push(
        `# HELP ${name}_${what} ${help}`,
        `# TYPE ${name}_${what} ${type}`,
        `${name}_${what} ${value}`,
      );
    single("received_bytes_total", "counter", "Bytes of request bodies.", this.#bytesIn);
    single("sent_bytes_total", "counter", "Bytes of reply bodies.", this.#bytesOut);
    single("requests_under_way", "gauge", "Requests that are not answered yet.", this.#underWay);
    single("connections", "gauge", "Open connections.", connections);
    return lines.join("\n") + "\n";
  }
}
