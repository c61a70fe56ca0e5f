import type { BetterAuthPlugin } from "better-auth";
import { createAuthEndpoint } from "better-auth/api";
import { setSessionCookie } from "better-auth/cookies";
import { z } from "zod";

/** A session and its cookie as better-auth makes them, once the proof was ours. It has no path, hence no route. */
export const sessionStarter = () =>
  ({
    id: "loci",
    endpoints: {
      startSession: createAuthEndpoint.serverOnly({ method: "POST", body: z.object({ userId: z.string() }), requireHeaders: true }, async (ctx) => {
        const user = await ctx.context.internalAdapter.findUserById(ctx.body.userId);
        if (user === null) throw ctx.error("UNAUTHORIZED", { code: "USER_NOT_FOUND", message: "no such user" });
        const session = await ctx.context.internalAdapter.createSession(user.id);
        await setSessionCookie(ctx, { session, user });
        return ctx.json({ user: { id: user.id } });
      }),
    },
  }) satisfies BetterAuthPlugin;
