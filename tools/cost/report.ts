import { totalOf } from './cost-of';
import type { CostLine } from './line';
import { PRICE_LIST } from './prices';
import { ASSUMED, ASSUMED_WITH_RELAY, type Usage } from './usage';
import { table } from '../../cli/table';

const HEAD = ['', '', 'idle', 'per 1,000 replies', 'a month'];

/** Input of a report. */
export interface Estimate {
  readonly title: string;
  readonly lines: readonly CostLine[];
  readonly usage: Usage;
  /** Resource types that `lines` does not include. */
  readonly unpriced: readonly string[];
  /** Whether requests share LibreChat through a relay. */
  readonly relay: boolean;
}

/** The text report: lines, sum, assumptions, and resource types without a price. */
export function report({ title, lines, usage, unpriced, relay }: Estimate): string {
  const rows = lines.map(({ what, quantity, idle, use }) => [what, quantity, dollars(idle), perThousand(use, usage), dollars(idle + use)]);
  const { idle, use } = totalOf(lines);
  const sum = ['Total', '', dollars(idle), perThousand(use, usage), dollars(idle + use)];
  const rule = HEAD.map((_, column) => '-'.repeat(Math.max(...[HEAD, ...rows, sum].map((row) => row[column].length))));
  return [
    `${title}: ${usage.replies.toLocaleString('en-US')} replies of ${usage.seconds} s for ${usage.users.toLocaleString('en-US')} users in a month`,
    '',
    table([HEAD, rule, ...rows, rule, sum], { right: [2, 3, 4] }),
    '',
    ...assumptions(usage, relay ? WITH_RELAY : WITHOUT_RELAY),
    ...unpriced.length > 0 ? ['', `Not priced: ${unpriced.join(', ')}`] : [],
    '',
  ].join('\n');
}

/** US dollars with cents, or with the digits that a small amount needs. */
export function dollars(n: number): string {
  if (n === 0) return '–';
  if (n < 0.005) return '< 0.01';
  return n.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

function perThousand(use: number, { replies }: Usage): string {
  return replies === 0 ? '–' : dollars(use / replies * 1000);
}

const WITHOUT_RELAY = [
  'A reply uses two environments: one generates, one streams. DocumentDB stays at its minimum capacity;',
  `- a user opens the page ${ASSUMED.visitsPerUser} times; each time ${ASSUMED.startsPerVisit} environments start, for ${ASSUMED.secondsPerStart} s each,`,
  `  and the page requests ${ASSUMED.pageRequestsPerVisit} files, ${ASSUMED.apiRequestsPerVisit} API responses and ${ASSUMED.mbPerVisit} MB`,
];

const WITH_RELAY = [
  'A relay runs for each request, and one worker while there are requests. DocumentDB stays at its minimum capacity;',
  `- users chat in ${ASSUMED_WITH_RELAY.activeHours} hours of the month; a worker ends ${ASSUMED_WITH_RELAY.lingerSeconds} s after its last request,`,
  `  ${ASSUMED_WITH_RELAY.titleSeconds} s after a reply began at the earliest`,
  `- a user opens the page ${ASSUMED.visitsPerUser} times: ${ASSUMED.pageRequestsPerVisit} files, ${ASSUMED_WITH_RELAY.apiRequestsPerVisit} API calls, ${ASSUMED.mbPerVisit} MB;`,
  `  without a running worker, each call waits ${ASSUMED.secondsPerStart} s for LibreChat to start`,
];

function assumptions(usage: Usage, [functions, ...visits]: readonly string[]): string[] {
  return [
    `US dollars, prices of ${PRICE_LIST.region} in ${PRICE_LIST.read}, without taxes and discounts`
      + `${usage.freeTier ? '; the free tier that does not expire is subtracted' : ''}.`,
    'Not included: the model, registries outside AWS, an existing VPC, MongoDB or Redis, web ACLs, support.',
    functions,
    'each half DCU more costs 0.04 an hour. These are assumptions, not measurements, and rather high:',
    ...visits,
    `- a reply takes ${ASSUMED.apiRequestsPerReply} requests, ${ASSUMED.mbPerStreamedSecond} MB per second of streaming,`
      + ` ${ASSUMED.mbToModelPerReply} MB to and from the model`,
    `  and ${ASSUMED.databaseIosPerReply} reads and writes of the database's storage; a request writes ${ASSUMED.logKbPerRequest} KB of log`,
    `- the image has ${ASSUMED.imageGb} GB, the database ${ASSUMED.databaseGb} GB, the page ${ASSUMED.pageGb} GB, the files of a user ${ASSUMED.filesGbPerUser} GB`,
  ];
}
