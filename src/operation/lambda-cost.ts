import { Duration, Token } from 'aws-cdk-lib';
import { MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Architecture, IFunction } from 'aws-cdk-lib/aws-lambda';

/**
 * US dollars for a GB-second in us-east-1, up to six billion a month.
 *
 * @see https://aws.amazon.com/lambda/pricing/
 */
export const GB_SECOND: Readonly<Record<string, number>> = { arm64: 0.0000133334, x86_64: 0.0000166667 };

/** US dollars for an invocation. */
export const INVOCATION = 0.0000002;

/** A function, as far as its price depends on it. */
export interface PricedFunction {
  readonly handler: IFunction;
  readonly memorySize: number;
  readonly architecture: Architecture;
}

/** GB-seconds of an hour. The duration of an invocation is counted when it ends. @param name unique in a graph */
export function gbSeconds({ handler, memorySize }: PricedFunction, name: string): MathExpression {
  const period = Duration.hours(1);
  return new MathExpression({
    expression: `${name}Ms / 1000 * ${numberOf(memorySize)} / 1024`,
    label: name,
    period,
    usingMetrics: { [`${name}Ms`]: handler.metricDuration({ statistic: Stats.SUM, period }) },
  });
}

/** Estimated cost of Lambda in a day. Provisioned concurrency and the initialization of environments are not included. */
export function costOfDay(relay: PricedFunction, worker: PricedFunction): MathExpression {
  const period = Duration.days(1);
  const price = ({ memorySize, architecture }: PricedFunction, id: string) =>
    `${id}Ms / 1000 * ${numberOf(memorySize)} / 1024 * ${decimal(GB_SECOND[architecture.name])} + ${id}Invocations * ${decimal(INVOCATION)}`;
  return new MathExpression({
    expression: `${price(relay, 'relay')} + ${price(worker, 'worker')}`,
    label: 'US dollars a day, prices of us-east-1',
    period,
    usingMetrics: {
      relayMs: relay.handler.metricDuration({ statistic: Stats.SUM, period }),
      relayInvocations: relay.handler.metricInvocations({ period }),
      workerMs: worker.handler.metricDuration({ statistic: Stats.SUM, period }),
      workerInvocations: worker.handler.metricInvocations({ period }),
    },
  });
}

function numberOf(value: number): string {
  return Token.isUnresolved(value) ? Token.asString(value) : String(value);
}

/** Without an exponent, which metric math does not read. */
function decimal(value: number): string {
  return value.toFixed(10);
}
