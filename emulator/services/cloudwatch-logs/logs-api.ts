import type { LogsService } from './logs-service';
import { AwsError } from '../../core/aws-error';
import type { Cloud } from '../../core/cloud';
import type { JsonApi } from '../../core/json-api';

const MOST_EVENTS = 10_000;

/**
 * CloudWatch Logs: GetLogEvents.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
 */
export function logsApi(logs: LogsService, cloud: Pick<Cloud, 'arn'>): JsonApi {
  return {
    GetLogEvents: (input, authorize) => {
      const group = required(input, 'logGroupName');
      const stream = required(input, 'logStreamName');
      const { limit = MOST_EVENTS, startFromHead = false, nextToken } = input as { limit?: number; startFromHead?: boolean; nextToken?: string };
      if (!Number.isInteger(limit) || limit < 1 || limit > MOST_EVENTS) {
        throw invalid(`1 validation error detected: Value '${limit}' at 'limit' failed to satisfy constraint: Member must be between 1 and ${MOST_EVENTS}`);
      }
      authorize('logs:GetLogEvents', cloud.arn('logs', `log-group:${group}:log-stream:${stream}`));
      const streams = logs.streams(group);
      if (!streams) throw missing('The specified log group does not exist.');
      const lines = streams.get(stream);
      if (!lines) throw missing('The specified log stream does not exist.');
      const [from, to] = rangeOf(nextToken, limit, startFromHead, lines.length);
      return {
        events: lines.slice(from, to).map(({ timestamp, message }) => ({ timestamp, message, ingestionTime: timestamp })),
        nextForwardToken: `f/${to}`,
        nextBackwardToken: `b/${from}`,
      };
    },
  };
}

/** A token contains the end of the previous page and the direction. */
function rangeOf(token: string | undefined, limit: number, fromHead: boolean, length: number): [from: number, to: number] {
  const [, way, position] = /^([fb])\/(\d+)$/.exec(token ?? `${fromHead ? 'f/0' : `b/${length}`}`) ?? [];
  if (!way) throw invalid('The specified nextToken is invalid.');
  const at = Number(position);
  return way === 'f' ? [at, Math.min(at + limit, length)] : [Math.max(at - limit, 0), at];
}

function required(input: Record<string, unknown>, name: string): string {
  const value = input[name];
  if (typeof value === 'string' && value) return value;
  throw invalid(`1 validation error detected: Value null at '${name}' failed to satisfy constraint: Member must not be null`);
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', 400, message);
}

function missing(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', 400, message);
}
