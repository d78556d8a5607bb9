import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { createAlarm } from './alarm';
import { type AlarmedDatabase, type AlarmedRedis, databaseAlarms, redisAlarms } from './data-alarms';
import { type AlarmedServices, serviceAlarms } from './service-alarms';
import { allowAlarms } from './topic-policy';

export interface AlarmsProps extends AlarmedServices {
  readonly topic: ITopic;
  readonly redis?: AlarmedRedis;
  readonly database?: AlarmedDatabase;
}

/** Alarms for everything that the deployment consists of. An existing database or Redis has alarms of its own, or none. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, { topic, redis, database, ...services }: AlarmsProps) {
    super(scope, id);
    const definitions = [
      ...serviceAlarms(services),
      ...redis ? redisAlarms(redis) : [],
      ...database ? databaseAlarms(database) : [],
    ];
    allowAlarms(this, topic);
    for (const definition of definitions) createAlarm(this, topic, definition);
  }
}
