import { benchAdapter } from './bench/adapter';
import { benchSynth } from './bench/synth';

async function main(): Promise<void> {
  console.log('The adapter, against the same server reached directly');
  console.table(await benchAdapter());
  console.log('Synth, against a stack with nothing in it');
  console.table(await benchSynth());
}

void main();
