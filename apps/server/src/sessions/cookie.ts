/** The name of the session cookie; over HTTPS browsers hold `__Host-` to this very host, this path and TLS. */
export const sessionCookieOf = (publicUrl: string): string => (publicUrl.startsWith("https:") ? "__Host-sid" : "sid");
