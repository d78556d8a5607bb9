import { beginning, bytesOf, LONGEST_REASON } from '../../shared/cloudformation';
import { messageOf } from '../../shared/log';

/** The parts of a check, in their order. */
export type Phase = 'secrets' | 'configuration' | 'data' | 'database' | 'redis' | 'start';

/** A failed check, with its remedy. */
export class CheckFailure extends Error {
  public constructor(
    public readonly phase: Phase,
    cause: string,
    public readonly remedy: string,
    /** The end of LibreChat's output. */
    public readonly output: readonly string[] = [],
  ) {
    super(cause);
  }
}

/** Runs a phase. Errors without a remedy of their own get the remedy of the phase. */
export async function inPhase<T>(phase: Phase, remedy: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof CheckFailure ? error : new CheckFailure(phase, messageOf(error), remedy);
  }
}

/** Maximum length of a line of LibreChat's output. */
const LONGEST_LINE = 1_200;

/** The reason for CloudFormation's event. If it is too long, the first of LibreChat's lines are omitted, and then the end of the message. */
export function reasonOf({ phase, message, remedy, output }: Pick<CheckFailure, 'phase' | 'message' | 'remedy' | 'output'>, logLink: string): string {
  const text = (cause: string, lines: readonly string[] = []) => [
    `LibreChat is not deployed: the check of phase "${phase}" failed. ${sentence(cause)}`,
    `What to do: ${sentence(remedy)}`,
    ...lines.length ? [`LibreChat's last lines:\n${lines.join('\n')}`] : [],
    `Log: ${logLink}`,
  ].join('\n');
  const cause = beginning(message, LONGEST_REASON - bytesOf(text('')));
  let shown = output.map(readable);
  while (shown.length && bytesOf(text(cause, shown)) > LONGEST_REASON) shown = shown.slice(1);
  return text(cause, shown);
}

/** Level and message of a log line; other lines as they are. Messages may contain indented JSON, whose white space would fill the reason. */
function readable(line: string): string {
  const { level, message } = parsed(line);
  const text = typeof message === 'string' ? `${String(level)}: ${message.replace(/\s+/g, ' ')}` : line;
  return text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE)}…` : text;
}

function parsed(line: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(line)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

/** Link to the log of this execution environment in the console. */
export function logLinkOf(environment: NodeJS.ProcessEnv): string {
  const { AWS_REGION: region = '', AWS_LAMBDA_LOG_GROUP_NAME: group = '', AWS_LAMBDA_LOG_STREAM_NAME: stream = '' } = environment;
  const domain = region.startsWith('cn-') ? 'console.amazonaws.cn' : 'console.aws.amazon.com';
  // The console encodes twice, with a dollar sign in place of the per cent sign.
  const encoded = (name: string) => encodeURIComponent(encodeURIComponent(name)).replaceAll('%', '$');
  const link = `https://${region}.${domain}/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/${encoded(group)}/log-events/${encoded(stream)}`;
  return `stream ${stream} of log group ${group}, ${link}`;
}
