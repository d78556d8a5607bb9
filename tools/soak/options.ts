import { parseArguments, UsageError } from '../../cli/command';

export const USAGE = `Sends many chats through the emulated stack: first sequentially, with faults (workers and relays are killed, Redis loses its data,
processes are stopped), then concurrently without faults. No chat may be lost without an error, executed twice or left running.

Usage: npx projen soak [-- <options>]

  --chats <n>        Number of chats to send sequentially (default: 400). 10000 takes about an hour.
  --at-once <n,...>  Numbers of chats to send concurrently, without faults (default: 100,200). 0 skips this.
  --faults <s>       Seconds between two faults while chats are sent sequentially (default: 6). 0 disables faults.
  --seed <n>         Seed for the order and time of the faults (default: 1).
  --help             Show this.
`;

export interface SoakOptions {
  readonly chats: number;
  readonly atOnce: readonly number[];
  readonly faultSeconds: number;
  readonly seed: number;
}

export function parseOptions(args: string[]): SoakOptions {
  const { values } = parseArguments(args, {
    options: {
      'chats': { type: 'string', default: '400' },
      'at-once': { type: 'string', default: '100,200' },
      'faults': { type: 'string', default: '6' },
      'seed': { type: 'string', default: '1' },
    },
  });
  return {
    chats: whole('chats', values.chats),
    atOnce: values['at-once'].split(',').map((number) => whole('at-once', number)).filter((number) => number > 0),
    faultSeconds: whole('faults', values.faults),
    seed: whole('seed', values.seed),
  };
}

function whole(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new UsageError(`--${option} must be a whole number of at least 0, got: ${text}`);
  return value;
}
