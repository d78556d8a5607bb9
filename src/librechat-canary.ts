import type { Duration } from 'aws-cdk-lib';
import { validateInterval } from './private/validation/operation';
import { like, type PropTypes, STRING, validateProps, validateType } from './private/validation/props';

/** Options of `LibreChatCanary.chat()`: the model that replies to the canary. */
export interface LibreChatCanaryModel {
  /** Name of the endpoint: `openAI`, `anthropic`, `google`, `azureOpenAI`, `bedrock`, or that of a custom endpoint in `librechat.yaml`. */
  readonly endpoint: string;

  /** Name of the model, as users select it. */
  readonly model: string;
}

const MODEL: PropTypes<LibreChatCanaryModel> = { endpoint: STRING, model: STRING };

/**
 * A function that uses LibreChat on a schedule as a user does, through the URL of the site, and reports the result as metrics. With `alarmTopic`,
 * the alarm `CanaryFailed` notifies if two runs in a row fail, or if the canary stops reporting.
 */
export class LibreChatCanary {
  /**
   * Loads the client from CloudFront. It does not start LibreChat.
   *
   * @param interval time between two runs, 1 minute to 12 hours in whole minutes
   */
  public static page(interval: Duration): LibreChatCanary {
    return new LibreChatCanary(interval, false);
  }

  /**
   * Loads the client, and logs in as a user that is created with the stack and deleted with it. Each run starts LibreChat unless it is running.
   *
   * @param interval time between two runs, 1 minute to 12 hours in whole minutes
   */
  public static login(interval: Duration): LibreChatCanary {
    return new LibreChatCanary(interval, true);
  }

  /**
   * Loads the client, logs in, and sends a message to a model, whose provider charges some tokens for each run. The conversation is deleted.
   *
   * @param interval time between two runs, 1 minute to 12 hours in whole minutes
   * @param model endpoint and model
   * @example
   * new LibreChatServerless(this, 'Chat', {
   *   canary: LibreChatCanary.chat(Duration.minutes(15), { endpoint: 'bedrock', model: 'eu.amazon.nova-micro-v1:0' }),
   * });
   */
  public static chat(interval: Duration, model: LibreChatCanaryModel): LibreChatCanary {
    validateType('model', model, { name: 'of type LibreChatCanaryModel', accepts: (value) => typeof value === 'object' });
    validateProps('LibreChatCanaryModel', model, MODEL);
    for (const name of ['endpoint', 'model'] as const) validateType(name, model[name], STRING);
    return new LibreChatCanary(interval, true, model);
  }

  private constructor(
    /** @internal */ public readonly _interval: Duration,
    /** @internal */ public readonly _logsIn: boolean,
    /** @internal */ public readonly _model?: LibreChatCanaryModel,
  ) {
    validateType('interval', _interval, like('Duration', 'toMinutes'));
    validateInterval('interval', _interval);
  }
}
