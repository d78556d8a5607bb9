import { ExecutionEnvironment, type EnvironmentProps } from './execution-environment';
import type { PendingInvocation } from './pending-invocation';
import type { EnvironmentPhase } from '../../core/events';

/** Options of an environment pool. */
export interface EnvironmentPoolProps {
  readonly environment: (id: number, version: string, provisioned: boolean) => EnvironmentProps;
  readonly onStarted: () => void;
}

/** The execution environments of a function, by version. */
export class EnvironmentPool {
  /** Every environment that was started, including dead ones. */
  public readonly all: ExecutionEnvironment[] = [];

  private readonly versions = new Map<ExecutionEnvironment, string>();
  private disposed = false;

  public constructor(private readonly props: EnvironmentPoolProps) {}

  /** The number of environments that process an event, outside of provisioned concurrency. */
  public get onDemand(): number {
    return this.all.filter(({ state, provisioned }) => !provisioned && (state === 'init' || state === 'busy')).length;
  }

  /** The number of environments that process an event. */
  public get processing(): number {
    return this.onDemand + this.all.filter(({ state, provisioned }) => provisioned && state === 'busy').length;
  }

  /** Durations that will be billed but have not ended, in milliseconds. */
  public get unbilledMs(): { readonly onDemand: number; readonly provisioned: number } {
    const sum = (ofProvisioned: boolean) => this.all
      .filter(({ provisioned }) => provisioned === ofProvisioned)
      .reduce((total, { unbilledMs }) => total + unbilledMs, 0);
    return { onDemand: sum(false), provisioned: sum(true) };
  }

  public get provisioned(): number {
    return this.all.filter(({ state, provisioned }) => provisioned && state !== 'dead').length;
  }

  /** A frozen environment of the version: provisioned ones first, then the most recently used. */
  public idle(version: string): ExecutionEnvironment | undefined {
    return this.all
      .filter((environment) => environment.state === 'frozen' && this.versions.get(environment) === version)
      .sort((a, b) => Number(b.provisioned) - Number(a.provisioned) || b.frozenAt - a.frozenAt)[0];
  }

  public start(version: string, invocation: PendingInvocation): void {
    void this.add(version, false, invocation).start();
  }

  /** Starts an environment of provisioned concurrency, or replaces a dead one; resolves to whether its init succeeded. */
  public provision(version: string): Promise<boolean> {
    let ready = false;
    return new Promise((resolve) => {
      const environment = this.add(version, true, undefined, (phase) => {
        if (phase === 'dead') {
          resolve(false);
          if (ready && !this.disposed && this.versions.has(environment)) void this.provision(version);
        } else if (phase === 'frozen') {
          ready = true;
          resolve(true);
        }
      });
      void environment.start();
    });
  }

  /** Excludes the present environments of a version from further events. Idle ones end immediately, others after their invocation. */
  public retire(version: string): void {
    for (const environment of this.all.filter((other) => this.versions.get(other) === version)) {
      this.versions.delete(environment);
      if (environment.state === 'frozen') void environment.end('retired');
    }
  }

  /** Ends the idle environments. */
  public async reclaim(): Promise<void> {
    await Promise.all(this.all.filter(({ state }) => state === 'frozen').map((environment) => environment.end('reclaimed')));
  }

  public async dispose(): Promise<void> {
    this.disposed = true;
    await Promise.all(this.all.map((environment) => environment.end('disposed of')));
  }

  private add(
    version: string, provisioned: boolean, invocation?: PendingInvocation, watch?: (phase: EnvironmentPhase) => void,
  ): ExecutionEnvironment {
    const props = this.props.environment(this.all.length + 1, version, provisioned);
    const onPhase = (phase: EnvironmentPhase, detail?: string) => {
      props.onPhase(phase, detail);
      watch?.(phase);
      if (phase === 'frozen' && !this.versions.has(environment)) void environment.end('retired');
    };
    const environment = new ExecutionEnvironment({ ...props, onPhase }, invocation);
    this.all.push(environment);
    this.versions.set(environment, version);
    this.props.onStarted();
    return environment;
  }
}
