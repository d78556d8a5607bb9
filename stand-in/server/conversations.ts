import type Redis from 'ioredis';
import type { Message } from './job-store';

const KEPT_SECONDS = 24 * 3600;

/** The title of a conversation before its own is generated. */
export const UNTITLED = 'New Chat';

export interface Conversation {
  readonly conversationId: string;
  readonly title: string;
  readonly updatedAt: string;
}

/** Messages and conversations by user. LibreChat stores them in MongoDB. */
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

  async delete(userId: string, id: string): Promise<void> {
    await this.redis.pipeline().hdel(conversationsOf(userId), id).del(messagesOf(userId, id), titleOf(userId, id)).exec();
  }

  async deleteAll(userId: string): Promise<void> {
    const ids = await this.redis.hkeys(conversationsOf(userId));
    const keys = ids.flatMap((id) => [messagesOf(userId, id), titleOf(userId, id)]);
    await this.redis.del(conversationsOf(userId), ...keys);
  }

  async save(userId: string, conversation: Conversation): Promise<void> {
    const { conversationId } = conversation;
    const known = await this.find(userId, conversationId);
    await this.redis.multi()
      .hset(conversationsOf(userId), conversationId, JSON.stringify({ ...conversation, ...(known && { title: known.title }) }))
      .expire(conversationsOf(userId), KEPT_SECONDS)
      .exec();
  }

  /** Sets the title of a conversation without one: only its first message creates a title. */
  async giveTitle(userId: string, conversationId: string, title: string): Promise<void> {
    const conversation = await this.find(userId, conversationId);
    if (!conversation || conversation.title !== UNTITLED) return;
    await this.redis.multi()
      .hset(conversationsOf(userId), conversationId, JSON.stringify({ ...conversation, title }))
      .set(titleOf(userId, conversationId), title, 'EX', KEPT_SECONDS)
      .exec();
  }

  async find(userId: string, conversationId: string): Promise<Conversation | undefined> {
    const text = await this.redis.hget(conversationsOf(userId), conversationId);
    return text ? JSON.parse(text) as Conversation : undefined;
  }

  /** Newest first. */
  async list(userId: string): Promise<Conversation[]> {
    const all = Object.values(await this.redis.hgetall(conversationsOf(userId))).map((text) => JSON.parse(text) as Conversation);
    return all.sort((a, b) => b.updatedAt.localeCompare(a.updatedAt));
  }

  /** The generated title; as in LibreChat, reading it consumes it. */
  async takeTitle(userId: string, conversationId: string): Promise<string | undefined> {
    const title = await this.redis.get(titleOf(userId, conversationId));
    if (title !== null) await this.redis.del(titleOf(userId, conversationId));
    return title ?? undefined;
  }
}

const messagesOf = (userId: string, conversationId: string) => `messages:${userId}:${conversationId}`;
const conversationsOf = (userId: string) => `conversations:${userId}`;
const titleOf = (userId: string, conversationId: string) => `title:${userId}:${conversationId}`;
