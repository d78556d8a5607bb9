import { setTimeout as sleep } from 'node:timers/promises';
import type { EnvironmentView, LambdaFunction } from '../../emulator/services/lambda/lambda-function';
import type { Deployment } from '../../fixtures/deployment';
import { until } from '../../fixtures/runtime/until';

/** A short stop: the worker's lease remains valid. */
const SHORT_MS = 800;
/** A long stop: the lease expires, and another worker takes over. */
const LONG_MS = 6_000;

interface Fault {
  readonly name: string;
  readonly cause: (deployment: Deployment, random: () => number) => Promise<void>;
}

const FAULTS: readonly Fault[] = [
  { name: 'worker killed', cause: ({ worker }, random) => kill(worker, random) },
  { name: 'relay killed', cause: ({ relay }, random) => kill(relay, random) },
  { name: 'Redis replaced by an empty node', cause: ({ emulator }) => emulator.services.elastiCache.replaceNodes() },
  { name: 'worker stopped briefly', cause: ({ worker }, random) => stop(worker, random, SHORT_MS) },
  { name: 'worker stopped for longer than its lease', cause: ({ worker }, random) => stop(worker, random, LONG_MS) },
  { name: 'relay stopped briefly', cause: ({ relay }, random) => stop(relay, random, SHORT_MS) },
  { name: 'Redis stopped briefly', cause: ({ emulator }) => stopRedis(emulator.services.elastiCache.replicationGroups.values().next().value!.pid) },
];

/** Injects faults in turn, at random intervals with the given mean, until it is stopped. */
export class FaultInjection {
  /** Number of injected faults by name. */
  public readonly counts = new Map(FAULTS.map(({ name }) => [name, 0]));
  private readonly ending = new AbortController();
  private readonly done: Promise<void>;

  public constructor(private readonly deployment: Deployment, meanSeconds: number, seed: number, private readonly onFault: (name: string) => void) {
    this.done = meanSeconds > 0 ? this.run(meanSeconds * 1000, generatorOf(seed)) : Promise.resolve();
  }

  public async end(): Promise<void> {
    this.ending.abort();
    await this.done;
  }

  private async run(meanMs: number, random: () => number): Promise<void> {
    const { signal: ended } = this.ending;
    for (let next = 0; ; next++) {
      await sleep(meanMs * (0.5 + random()), undefined, { signal: ended }).catch(() => undefined);
      if (ended.aborted) return;
      const { name, cause } = FAULTS[next % FAULTS.length];
      this.onFault(name);
      await cause(this.deployment, random);
      this.counts.set(name, this.counts.get(name)! + 1);
    }
  }
}

async function kill(lambda: LambdaFunction, random: () => number): Promise<void> {
  process.kill(-await busyProcessGroup(lambda, random), 'SIGKILL');
}

async function stop(lambda: LambdaFunction, random: () => number, ms: number): Promise<void> {
  const pid = await busyProcessGroup(lambda, random);
  process.kill(-pid, 'SIGSTOP');
  await sleep(ms);
  try {
    process.kill(-pid, 'SIGCONT');
  } catch {
    // The process has ended in the meantime.
  }
}

async function stopRedis(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  await sleep(SHORT_MS);
  process.kill(pid, 'SIGCONT');
}

/** The process group of a busy environment. Relays are often busy for a moment only. */
async function busyProcessGroup({ environments }: LambdaFunction, random: () => number): Promise<number> {
  let busy: EnvironmentView[] = [];
  await until(() => (busy = environments.filter(({ state }) => state === 'busy')).length > 0);
  return busy[Math.floor(random() * busy.length)].pid;
}

/** A pseudorandom sequence from 0 to 1 for a seed (the minimal standard generator of Park and Miller). */
function generatorOf(seed: number): () => number {
  const modulus = 2 ** 31 - 1;
  let state = seed % modulus || 1;
  return () => {
    state = state * 48_271 % modulus;
    return state / modulus;
  };
}
