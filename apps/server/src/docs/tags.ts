/** The chapters of the API document, in the order in which they stand; those without a call are left out. */
export const TAGS = [
  { name: "Memories", description: "Store, recall and forget; single memories, their history and their neighbours." },
  { name: "Batch", description: "Many operations in one request." },
  { name: "Groups", description: "What keeps the memories of end users, projects or agents apart." },
  { name: "Relationships", description: "Typed edges between memories, and the graph that they make." },
  { name: "Transfer", description: "Everything out, and in again." },
  { name: "Keys", description: "Keys and what they may do." },
  { name: "Usage", description: "What was used." },
  { name: "Sign-in", description: "Signing up and in: password, code, link, passkey, provider." },
  { name: "Second factor", description: "Codes of an authenticator, and recovery codes." },
  { name: "Account", description: "The person who is signed in: profile, sessions, ways to sign in, leaving." },
  { name: "Workspaces", description: "Workspaces, their members and invitations." },
  { name: "Audit", description: "What was done, by whom and from where." },
  { name: "Administration", description: "For operators of the instance." },
  { name: "Pages", description: "Pages for people." },
  { name: "Status", description: "For those who run the server." },
  { name: "Docs", description: "This document and the pages made from it." },
];
