import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PERIOD_US = 20_000;

/** A control group whose processes share a fraction of one core, as on Lambda in proportion to memory. */
export class CpuQuota {
  /** Undefined if the machine does not support it: it requires Linux and root. */
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
        // The controller does not exist, or access is denied.
      }
    }
    return undefined;
  }

  private constructor(private readonly folder: string) {}

  public add(pid: number): void {
    writeFileSync(join(this.folder, 'cgroup.procs'), String(pid));
  }

  /** Removes the group. Its processes must have ended. */
  public dispose(): void {
    rmdirSync(this.folder);
  }
}
