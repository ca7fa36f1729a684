import { cpus, loadavg, release, totalmem } from 'node:os';

/** What the figures were taken on; the load average says how busy it was with other things. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryMib: number;
  readonly kernel: string;
  readonly bun: string;
  readonly loadAverage: readonly number[];
}

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryMib: Math.round(totalmem() / 1024 / 1024),
    kernel: release(),
    bun: Bun.version,
    loadAverage: loadavg().map((load) => Math.round(load * 100) / 100),
  };
}

export function machineLine({ cpu, cores, memoryMib, kernel, loadAverage }: Machine): string {
  return `${cores} x ${cpu}, ${memoryMib} MiB, Linux ${kernel}, load ${loadAverage.join(' ')}`;
}
