import { chatsAtOnce } from './at-once';
import { parseOptions, USAGE, type SoakOptions } from './options';
import type { Verdict } from './verdict';
import { chatsWithFaults } from './with-faults';
import { runCommand } from '../../cli/command';

async function run(options: SoakOptions): Promise<number> {
  const print = (text: string) => process.stdout.write(`${text}\n`);
  const verdicts: Verdict[] = [];
  if (options.atOnce.length) verdicts.push(...await chatsAtOnce(options, print));
  if (options.chats) verdicts.push(...await chatsWithFaults(options, print));
  print('');
  for (const { rule, passed } of verdicts) print(`  ${passed ? '✓' : '✗'} ${rule}`);
  return verdicts.every(({ passed }) => passed) ? 0 : 1;
}

void runCommand({ usage: USAGE, failure: 'a chat was lost or executed twice', read: parseOptions, run });
