import { Duration } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as events from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { LONGEST_REQUEST_SECONDS } from '../contract/limits';
import { RELAY, RELAY_ARCHIVE, RELAY_HANDLER } from '../contract/relay';
import { type Binding, referencesIn, variablesIn } from '../private/binding';
import { inPackage } from '../private/files';
import { createFunctionRole } from '../private/function-role';
import { createLogGroup, type LogOptions } from '../private/log-group';
import type { Network } from '../private/network';

/** A relay only moves bytes. With less memory, the CPU share that comes with it slows its start down. */
const MEMORY_MIB = 256;

export interface RelayProps {
  readonly network?: Network;
  /** Redis, and the queue in it. */
  readonly bindings: Binding[];
  /** The function, or its alias, whose invocations are workers. */
  readonly worker: lambda.IFunction;
  readonly maxWorkers: number;
  /** How often a worker is started without a request. */
  readonly tick: Duration;
  readonly logs: LogOptions;
}

/** The function that API Gateway invokes. It passes requests to a worker through Redis, and streams the responses. */
export class Relay extends Construct {
  public readonly handler: lambda.Function;
  public readonly logGroup: logs.ILogGroup;
  public readonly memorySize = MEMORY_MIB;
  public readonly architecture = lambda.Architecture.ARM_64;
  private readonly tick: events.Rule;

  constructor(scope: Construct, id: string, props: RelayProps) {
    super(scope, id);

    this.logGroup = createLogGroup(this, 'Logs', props.logs);
    const references = referencesIn(props.bindings);
    const role = createFunctionRole(this, { description: 'LibreChat: the relay', logGroup: this.logGroup, networkInterfaces: true });
    for (const reference of Object.values(references)) reference.grantRead(role);
    role.addToPolicy(new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [props.worker.functionArn] }));

    this.handler = new lambda.Function(this, 'Function', {
      description: 'LibreChat: relays requests to the workers',
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: this.architecture,
      code: lambda.Code.fromAsset(inPackage(RELAY_ARCHIVE)),
      handler: RELAY_HANDLER,
      memorySize: this.memorySize,
      timeout: Duration.seconds(LONGEST_REQUEST_SECONDS),
      environment: {
        ...variablesIn(props.bindings),
        ...Object.fromEntries(Object.entries(references).map(([name, reference]) => [name, reference.arn])),
        [RELAY.workerFunction]: props.worker.functionArn,
        [RELAY.maxWorkers]: String(props.maxWorkers),
      },
      role,
      logGroup: this.logGroup,
      ...props.network && { ...props.network, securityGroups: [this.createSecurityGroup(props.network.vpc)] },
    });
    if (props.network) {
      for (const binding of props.bindings) binding.connect?.(this.handler, props.network);
    }
    this.tick = this.createTick(props.tick);
    this.addToTick(this.handler);
  }

  /** Invokes a function at each tick. One that is not invoked for weeks becomes inactive, and its next invocation fails. */
  public addToTick(handler: lambda.IFunction): void {
    // The next tick comes anyway.
    this.tick.addTarget(new LambdaFunction(handler, { retryAttempts: 0, maxEventAge: Duration.minutes(1) }));
  }

  private createSecurityGroup(vpc: ec2.IVpc): ec2.SecurityGroup {
    const securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', { vpc, description: 'LibreChat: the relay', allowAllOutbound: false });
    securityGroup.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.HTTPS, 'Lambda and Secrets Manager');
    return securityGroup;
  }

  private createTick(interval: Duration): events.Rule {
    return new events.Rule(this, 'Tick', { description: 'LibreChat: starts a worker', schedule: events.Schedule.rate(interval) });
  }
}
