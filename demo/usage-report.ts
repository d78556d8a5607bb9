import { table } from '../cli/table';
import type { FunctionUsage } from '../emulator/services/lambda/usage';
import { lambdaCost } from '../prices/lambda';

const HEADINGS = ['function', 'environments', 'invocations', 'seconds', 'GB-seconds', 'US dollars'];

/** Lambda's billable usage of a run, as text. */
export function usageReport(usage: readonly FunctionUsage[]): string {
  const rows = usage.filter(({ invocations }) => invocations > 0).map((each) => [
    each.function, String(each.environments), String(each.invocations), each.seconds.toFixed(1), each.gbSeconds.toFixed(1), dollars(lambdaCost(each)),
  ]);
  if (!rows.length) return 'No function was invoked.';
  return ['Billed by Lambda, without the free tier:', table([HEADINGS, ...rows], { right: [1, 2, 3, 4, 5], indent: 2 })].join('\n');
}

function dollars(amount: number): string {
  return amount.toFixed(6);
}
