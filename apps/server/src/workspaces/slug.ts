const SLUG_CHARS_MAX = 40;

/** A name as it stands in URLs: `Ada's Workspace` becomes `ada-s-workspace`. A name without letters or digits becomes `workspace`. */
export function toSlug(name: string): string {
  const plain = name.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
  const slug = plain.replaceAll(/[^a-z0-9_]+/g, "-").slice(0, SLUG_CHARS_MAX).replaceAll(/^-+|-+$/g, "");
  return slug === "" ? "workspace" : slug;
}
