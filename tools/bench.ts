import { benchAdapter, type Measurement } from './bench/adapter';
import { benchSynth } from './bench/synth';
import { parseArguments, runCommand } from '../cli/command';
import { table } from '../cli/table';

const USAGE = `Measures the adapter against the same server reached directly, and synth against an empty stack.

Usage: npx projen bench
`;

async function run(): Promise<number> {
  print('The adapter, against the same server reached directly', ['', 'direct', 'adapter', 'aim'], (await benchAdapter()).map(cellsOf));
  print('Synth, against an empty stack', ['', 'median'], (await benchSynth()).map(({ name, value }) => [name, value]));
  return 0;
}

function cellsOf({ name, direct = '', adapter, aim = '' }: Measurement): string[] {
  return [name, direct, adapter, aim];
}

function print(title: string, heads: string[], rows: string[][]): void {
  const right = heads.map((_, column) => column).slice(1);
  process.stdout.write(`${title}\n\n${table([heads, ...rows], { right, indent: 2 })}\n\n`);
}

void runCommand({ usage: USAGE, read: (args) => parseArguments(args, {}), run });
