import { totalOf } from './cost-of';
import type { CostLine } from './line';
import { PRICE_LIST } from './prices';
import { ASSUMED, type Usage } from './usage';

const HEAD = ['', '', 'at rest', 'per 1,000 answers', 'a month'];

/** The table for people: each line, their sum, and what was assumed. */
export function report(title: string, lines: CostLine[], usage: Usage): string {
  const rows = lines.map(({ what, quantity, atRest, use }) => [what, quantity, dollars(atRest), perThousand(use, usage), dollars(atRest + use)]);
  const { atRest, use } = totalOf(lines);
  const sum = ['Together', '', dollars(atRest), perThousand(use, usage), dollars(atRest + use)];
  const widths = HEAD.map((_, column) => Math.max(...[HEAD, ...rows, sum].map((row) => row[column].length)));
  const rule = widths.map((width) => '-'.repeat(width));
  const print = (row: string[]) => row.map((cell, column) => (column < 2 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join('  ').trimEnd();
  return [
    `${title}: ${usage.answers.toLocaleString('en-US')} answers of ${usage.seconds} s for ${usage.users.toLocaleString('en-US')} users in a month`,
    '',
    ...[HEAD, rule, ...rows, rule, sum].map(print),
    '',
    ...assumptions(usage),
    '',
  ].join('\n');
}

/** US dollars with cents, or with as many places as a small amount needs. */
export function dollars(n: number): string {
  if (n === 0) return '–';
  if (n < 0.005) return '< 0.01';
  return n.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

function perThousand(use: number, { answers }: Usage): string {
  return answers === 0 ? '–' : dollars(use / answers * 1000);
}

function assumptions(usage: Usage): string[] {
  return [
    `US dollars, prices of ${PRICE_LIST.region} in ${PRICE_LIST.read}, without taxes and discounts`
      + `${usage.freeTier ? '; what is always free in an account is taken off' : ''}.`,
    'Not in it: the model, Docker or a registry outside of AWS, a VPC, MongoDB and Redis of yours, a web ACL, support.',
    'An answer keeps one environment generating and another streaming. DocumentDB stays at its least capacity;',
    'each half DCU more costs 0.04 an hour. These are assumptions rather than measurements, and meant to be high:',
    `- a user opens the page ${ASSUMED.visitsPerUser} times; each time ${ASSUMED.startsPerVisit} environments start, for ${ASSUMED.secondsPerStart} s each,`,
    `  and the page asks for ${ASSUMED.pageRequestsPerVisit} files, ${ASSUMED.apiRequestsPerVisit} answers of the API and ${ASSUMED.mbPerVisit} MB`,
    `- an answer takes ${ASSUMED.apiRequestsPerAnswer} requests, ${ASSUMED.mbPerStreamedSecond} MB for each second that it streams,`
      + ` ${ASSUMED.mbToModelPerAnswer} MB to and from the model`,
    `  and ${ASSUMED.databaseIosPerAnswer} reads and writes of the database's storage; a request writes ${ASSUMED.logKbPerRequest} KB of log`,
    `- the image has ${ASSUMED.imageGb} GB, the database ${ASSUMED.databaseGb} GB, the page ${ASSUMED.pageGb} GB, the files of a user ${ASSUMED.filesGbPerUser} GB`,
  ];
}
