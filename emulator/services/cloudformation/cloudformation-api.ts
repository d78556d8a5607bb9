import type { CloudFormationService } from './cloudformation-service';
import { AwsError } from '../../core/aws-error';
import { escaped, type QueryApi } from '../../core/query-api';

/** DescribeStacks for one stack, by name or id. Returns only its status. */
export function cloudFormationApi({ stacks }: CloudFormationService): QueryApi {
  return {
    DescribeStacks: ({ StackName = '' }, authorize) => {
      const found = [...stacks].find(([id]) => id === StackName || id.split('/')[1] === StackName);
      if (!found) throw new AwsError('ValidationError', 400, `Stack with id ${StackName} does not exist`);
      const [id, status] = found;
      authorize('cloudformation:DescribeStacks', id);
      return `<Stacks><member><StackId>${escaped(id)}</StackId><StackName>${escaped(id.split('/')[1])}</StackName><StackStatus>${status}</StackStatus></member></Stacks>`;
    },
  };
}
