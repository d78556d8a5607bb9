import type { Measurement, Verdict } from './check';
import type { Report } from './probe';
import { table } from '../cli/table';

const MARKS = { passed: '✓', failed: '✗', skipped: '-' } as const;

/** The report as a table. */
export function reportText({ url, verdicts, measurement, passed }: Report): string {
  const rows = [
    ...verdicts.map(({ rule, outcome, seen }) => [`${MARKS[outcome]} ${rule}`, seen]),
    ...measurement ? [[], ...rowsOf(measurement).map(([name, value]) => [`  ${name}`, value])] : [],
  ];
  return [url, '', table(rows, { indent: 2 }), '', conclusion(verdicts, passed), ''].join('\n');
}

function rowsOf({ postReturnedMs, firstEventMs, generationEndedMs, events, medianGapMs, largestGapMs }: Measurement): [string, string][] {
  const ms = (value?: number) => (value === undefined ? 'never' : `${value.toFixed(1)} ms`);
  return [
    ['POST returned after', ms(postReturnedMs)],
    ['first event after', ms(firstEventMs)],
    ['generation ended after', ms(generationEndedMs)],
    ['events', String(events)],
    ['median gap', ms(medianGapMs)],
    ['largest gap', ms(largestGapMs)],
  ];
}

function conclusion(verdicts: readonly Verdict[], passed: boolean): string {
  const count = (outcome: Verdict['outcome']) => verdicts.filter((one) => one.outcome === outcome).length;
  return `${passed ? 'passed' : 'FAILED'}: ${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`;
}
