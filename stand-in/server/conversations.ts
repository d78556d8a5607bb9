import type Redis from 'ioredis';
import type { Message } from './job-store';

const KEPT_SECONDS = 24 * 3600;

export interface Conversation {
  readonly conversationId: string;
  readonly title: string;
  readonly updatedAt: string;
}

/** Messages and conversations, each user's own. LibreChat keeps them in MongoDB. */
export class Conversations {
  constructor(private readonly redis: Redis) {}

  async addMessages(userId: string, conversationId: string, ...messages: Message[]): Promise<void> {
    const key = messagesOf(userId, conversationId);
    await this.redis.multi().rpush(key, ...messages.map((message) => JSON.stringify(message))).expire(key, KEPT_SECONDS).exec();
  }

  async messages(userId: string, conversationId: string): Promise<Message[]> {
    return (await this.redis.lrange(messagesOf(userId, conversationId), 0, -1)).map((message) => JSON.parse(message) as Message);
  }

  async deleteMessage(userId: string, conversationId: string, messageId: string): Promise<void> {
    const key = messagesOf(userId, conversationId);
    const found = (await this.redis.lrange(key, 0, -1)).find((message) => (JSON.parse(message) as Message).messageId === messageId);
    if (found) await this.redis.lrem(key, 1, found);
  }

  async save(userId: string, conversation: Conversation): Promise<void> {
    const { conversationId, title } = conversation;
    await this.redis.multi()
      .hset(conversationsOf(userId), conversationId, JSON.stringify(conversation))
      .expire(conversationsOf(userId), KEPT_SECONDS)
      .set(titleOf(userId, conversationId), title, 'EX', KEPT_SECONDS)
      .exec();
  }

  /** Latest first. */
  async list(userId: string): Promise<Conversation[]> {
    const all = Object.values(await this.redis.hgetall(conversationsOf(userId))).map((text) => JSON.parse(text) as Conversation);
    return all.sort((a, b) => b.updatedAt.localeCompare(a.updatedAt));
  }

  /** The title that was generated; as in LibreChat, reading consumes it. */
  async takeTitle(userId: string, conversationId: string): Promise<string | undefined> {
    const title = await this.redis.get(titleOf(userId, conversationId));
    if (title !== null) await this.redis.del(titleOf(userId, conversationId));
    return title ?? undefined;
  }
}

const messagesOf = (userId: string, conversationId: string) => `messages:${userId}:${conversationId}`;
const conversationsOf = (userId: string) => `conversations:${userId}`;
const titleOf = (userId: string, conversationId: string) => `title:${userId}:${conversationId}`;
