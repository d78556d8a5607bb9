import { GetLogEventsCommand, type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { Build, BuildPhase } from '@aws-sdk/client-codebuild';
import { bytesOf, LONGEST_REASON } from '../shared/cloudformation';
import { messageOf } from '../shared/log';

/** Number of log lines to read. More would hardly fit into a reason. */
const LINES = 100;

/** Longer lines are truncated, to leave room for others. */
const LONGEST_LINE = 500;

/** Phases before the first command. They may fail until a new role has propagated, since IAM is eventually consistent. */
const BEFORE_COMMANDS = ['SUBMITTED', 'QUEUED', 'PROVISIONING', 'DOWNLOAD_SOURCE'];

const ENDINGS: Readonly<Record<string, string>> = {
  IN_PROGRESS: 'was still running',
  STOPPED: 'was stopped',
  SUCCEEDED: 'succeeded, but did not push the image',
  TIMED_OUT: 'took too long',
};

/** Control codes of terminals, such as colors. */
const CONTROL_CODES = /\u001b\[[0-9;?]*[A-Za-z]|[^\P{Cc}\t]/gu;

/** Whether a build failed for a reason that may be transient. */
export function isWorthAnotherTry(build: Build): boolean {
  return ['FAILED', 'FAULT'].includes(build.buildStatus!) && BEFORE_COMMANDS.includes(brokenPhaseOf(build)?.phaseType ?? '');
}

/** The reason why a build pushed no image: status, phase, error, link to the log, and the last lines of the log. */
export async function reasonOf(build: Build, logs: CloudWatchLogsClient, opening = ''): Promise<string> {
  const phase = brokenPhaseOf(build);
  const head = [
    `${opening}the build ${build.id} ${ENDINGS[build.buildStatus!] ?? 'failed'}${phase ? ` in phase ${phase.phaseType}` : ''}`,
    ...(phase?.contexts ?? []).map(({ statusCode, message }) => [statusCode, message].filter(Boolean).join(': ')).filter(Boolean),
    `log: ${build.logs?.deepLink ?? build.logs?.groupName ?? 'none'}`,
  ].join('\n');
  return [head, ...await newestLines(build, logs, LONGEST_REASON - bytesOf(head))].join('\n');
}

function brokenPhaseOf({ phases = [] }: Build): BuildPhase | undefined {
  return phases.find(({ phaseType, phaseStatus }) => phaseStatus !== 'SUCCEEDED' && phaseType !== 'COMPLETED');
}

/** The last lines of the log that fit into `bytes`. */
async function newestLines({ logs: where }: Build, logs: CloudWatchLogsClient, bytes: number): Promise<string[]> {
  // A build that was never provisioned has no log.
  if (!where?.groupName || !where.streamName) return [];
  const lines = await linesOf(where.groupName, where.streamName, logs);
  const fitting: string[] = [];
  let left = bytes;
  for (const line of lines.reverse()) {
    left -= bytesOf(`\n${line}`);
    if (left < 0) break;
    fitting.unshift(line);
  }
  return fitting;
}

async function linesOf(logGroupName: string, logStreamName: string, logs: CloudWatchLogsClient): Promise<string[]> {
  try {
    const { events = [] } = await logs.send(new GetLogEventsCommand({ logGroupName, logStreamName, limit: LINES, startFromHead: false }));
    const lines = events.flatMap(({ message = '' }) => message.split('\n'));
    return lines.map((line) => line.replace(CONTROL_CODES, '').slice(0, LONGEST_LINE)).filter(Boolean);
  } catch (error) {
    return [`its log cannot be read: ${messageOf(error)}`];
  }
}
