import type { Aws } from '../../shared/aws';
import { log, messageOf } from '../../shared/log';

/** Whether CloudFormation rolls the stack back. False if the status is unknown, for example without a route to CloudFormation. */
export async function isRollingBack(aws: Aws, stackId: string): Promise<boolean> {
  try {
    return (await aws.stackStatus(stackId)).includes('ROLLBACK');
  } catch (error) {
    log.warn('stack-status-unknown', { message: messageOf(error) });
    return false;
  }
}
