// A program that uses the types of fixtures/catalog the way an application does. It must compile, and every line
// after @ts-expect-error must not: the compiler complains about one that does.
import { createClient } from "@supabase/supabase-js"
import { Constants } from "./database.types.js"
import type {
  CompositeTypes,
  Database,
  Enums,
  Tables,
  TablesInsert,
  TablesUpdate,
} from "./database.types.js"

const client = createClient<Database, "app">("http://localhost", "key", { db: { schema: "app" } })

export async function reads() {
  const { data } = await client.from("people").select("id, name, mood, tags, grid, home")
  for (const person of data ?? []) {
    const id: number = person.id
    const name: string = person.name
    const mood: "sad" | "fine" | "happy" | null = person.mood
    const tags: string[] = person.tags
    const cell: number | undefined = person.grid?.[0]?.[0]
    const street: string | null | undefined = person.home?.street
    // @ts-expect-error a column that may be null is not simply a string
    const wrong: "sad" | "fine" | "happy" = person.mood
    void [id, name, mood, tags, cell, street, wrong]
  }
  // @ts-expect-error there is no such table
  client.from("towels")
  // @ts-expect-error a partition is not offered
  client.from("events_2026")
}

export async function follows_foreign_keys() {
  const { data } = await client.from("visits").select("visit_id, people!visits_person(name)")
  const name: string | undefined = data?.[0]?.people?.name
  return name
}

export async function writes() {
  await client.from("people").insert({ name: "Ada" })
  await client.from("people").update({ mood: "sad" }).eq("id", 1)
  await client.from("names").insert({ name: "Ada" })
  // @ts-expect-error a column without default must be given
  await client.from("people").insert({ balance: 1 })
  // @ts-expect-error the server numbers people
  await client.from("people").insert({ name: "Ada", id: 1 })
  // @ts-expect-error a generated column is not written
  await client.from("people").update({ initials: "A" })
  // @ts-expect-error there is no such mood
  await client.from("people").update({ mood: "mad" })
  // @ts-expect-error a materialized view is not written
  await client.from("moods").insert({ mood: "sad" })
}

export async function calls() {
  const { data: people } = await client.rpc("people_of", { tenants: ["a"] })
  const first: { id: number; name: string } | undefined = people?.[0]
  const { data: cleaned } = await client.rpc("cleaned", { input: " a " })
  const text: string | null = cleaned
  await client.rpc("greet", { person: "Ada" })
  await client.rpc("greet", { person: "Ada", times: 2 })
  // @ts-expect-error there is no such argument
  await client.rpc("cleaned", { output: "a" })
  // @ts-expect-error a trigger function is not called
  await client.rpc("touch")
  return [first, text]
}

export const person: TablesInsert<"people"> = { name: "Ada" }
export const change: TablesUpdate<"people"> = {}
export const shown: Tables<"names">["name"] = null
export const mood: Enums<"mood"> = "sad"
export const elsewhere: Enums<{ schema: "side" }, "mood"> = "happy"
export const address: CompositeTypes<"address"> = { city: null, street: "Main Street" }
export const firstMood: "sad" = Constants.app.Enums.mood[0]
// @ts-expect-error a table without such a name
export type NoTable = Tables<"towels">
// @ts-expect-error a schema without such an enum
export type NoEnum = Enums<{ schema: "side" }, "towel">
// @ts-expect-error a view has no Insert in the sense of a table
export type NoInsert = TablesInsert<"moods">
