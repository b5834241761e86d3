
type SchemaName = Exclude<keyof Database, "__InternalSupabase">
type DefaultSchema = Extract<SchemaName, "$default_schema">
type Entries = {
  Relations: { [S in SchemaName]: Database[S]["Tables"] & Database[S]["Views"] }
  Tables: { [S in SchemaName]: Database[S]["Tables"] }
  Enums: { [S in SchemaName]: Database[S]["Enums"] }
  CompositeTypes: { [S in SchemaName]: Database[S]["CompositeTypes"] }
}

// Either the name of an entry in the default schema, or { schema: "..." } and then the name.
type First<Kind extends keyof Entries> = keyof Entries[Kind][DefaultSchema] | { schema: SchemaName }
type Second<Kind extends keyof Entries, A> = A extends { schema: infer S extends SchemaName }
  ? keyof Entries[Kind][S]
  : never
type Found<Kind extends keyof Entries, A, B> = A extends { schema: infer S extends SchemaName }
  ? B extends keyof Entries[Kind][S]
    ? Entries[Kind][S][B]
    : never
  : A extends keyof Entries[Kind][DefaultSchema]
    ? Entries[Kind][DefaultSchema][A]
    : never

export type Tables<A extends First<"Relations">, B extends Second<"Relations", A> = never> =
  Found<"Relations", A, B> extends { Row: infer Row } ? Row : never

export type TablesInsert<A extends First<"Tables">, B extends Second<"Tables", A> = never> =
  Found<"Tables", A, B> extends { Insert: infer Insert } ? Insert : never

export type TablesUpdate<A extends First<"Tables">, B extends Second<"Tables", A> = never> =
  Found<"Tables", A, B> extends { Update: infer Update } ? Update : never

export type Enums<A extends First<"Enums">, B extends Second<"Enums", A> = never> = Found<"Enums", A, B>

export type CompositeTypes<A extends First<"CompositeTypes">, B extends Second<"CompositeTypes", A> = never> =
  Found<"CompositeTypes", A, B>
