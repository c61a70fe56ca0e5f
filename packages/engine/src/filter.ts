/** Values that a field can be compared with. */
export type FilterValue = string | number | boolean | null;

/** What may be asked of a field. `contains` looks into text and tags; `exists` asks whether the field is set. */
export interface FieldTest {
  eq?: FilterValue;
  ne?: FilterValue;
  gt?: string | number;
  gte?: string | number;
  lt?: string | number;
  lte?: string | number;
  in?: FilterValue[];
  nin?: FilterValue[];
  contains?: string;
  exists?: boolean;
}

/**
 * A condition on memories: `AND`, `OR`, `NOT` of conditions, up to 8 deep, and tests of fields by name. A bare value
 * means `eq`. Fields: id, type, title, content, tags, importance, trust, session, speaker, role, group, version, source.kind,
 * source.client, source.ref, source.key_id, source.connection_id, the times, and `metadata.` followed by a path.
 */
export type Filter = {
  AND?: Filter[];
  OR?: Filter[];
  NOT?: Filter;
} & { [field: string]: FieldTest | FilterValue | Filter[] | Filter | undefined };
