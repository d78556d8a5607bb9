import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PERIOD_US = 20_000;

/** A control group whose processes share a part of one core, as Lambda gives functions a share by their memory. */
export class CpuQuota {
  /** Undefined where this machine does not allow it: it takes Linux, and root. */
  public static create(cores: number): CpuQuota | undefined {
    const quota = String(Math.round(cores * PERIOD_US));
    for (const [root, limits] of [
      ['/sys/fs/cgroup/cpu', { 'cpu.cfs_period_us': String(PERIOD_US), 'cpu.cfs_quota_us': quota }],
      ['/sys/fs/cgroup', { 'cpu.max': `${quota} ${PERIOD_US}` }],
    ] as const) {
      const folder = join(root, `bench-${process.pid}`);
      try {
        mkdirSync(folder);
        if (Object.keys(limits).every((file) => existsSync(join(folder, file)))) {
          for (const [file, value] of Object.entries(limits)) writeFileSync(join(folder, file), value);
          return new CpuQuota(folder);
        }
        rmdirSync(folder);
      } catch {
        // No such controller here, or no right to it.
      }
    }
    return undefined;
  }

  private constructor(private readonly folder: string) {}

  public add(pid: number): void {
    writeFileSync(join(this.folder, 'cgroup.procs'), String(pid));
  }

  /** Its processes must have ended. */
  public dispose(): void {
    rmdirSync(this.folder);
  }
}
