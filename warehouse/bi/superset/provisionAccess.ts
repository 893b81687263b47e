import { SupersetError, type SupersetClient } from "./supersetClient.ts";

/** Of Superset's own role Gamma: what reading needs. A version's new permissions of these kinds come along. */
const READS = /^(can_(read|get|list|show|time_range|query|query_form_data|explore_json|slice|dashboard|dashboard_permalink|csv|log|language_pack|fetch_datasource_metadata|get_drill_info|view_query|view_chart_as_table|drill|share_dashboard|share_chart|cache_dashboard_screenshot|recent_activity|userinfo|this_form_get|this_form_post)|resetmypassword) |^menu_access (Home|Dashboards|Charts|Data)$/;
/** What a page keeps while somebody looks at it. */
const KEEPS_STATE = /^can_write (DashboardFilterStateRestApi|DashboardPermalinkRestApi|ExploreFormDataRestApi|ExplorePermalinkRestApi)$/;
/** Tells of others: who there is, which rules hold for whom, what the database holds beside the marts. */
const TELLS_OF_OTHERS = /^can_\w+ (RowLevelSecurity|user|security|UserRegistrationsRestAPI|SwaggerView|OpenApi|Tags?|TagView|Task)$|external_metadata/;

export const ROLE_NAMES = { analyst: "Martgraph analyst", viewer: "Martgraph viewer", vendor: "Martgraph vendor" } as const;
export const vendorRoleName = (vendorId: string): string => `Martgraph vendor ${vendorId}`;

/** Rules of one group are joined by "or": the first gives a vendor nobody knows nothing, each vendor's own gives their rows. */
const RULE_GROUP = "martgraph_vendor";
const NOTHING_RULE = "Martgraph: vendors see nothing until a vendor is named";
const ruleName = (vendorId: string) => `Martgraph: rows of vendor ${vendorId}`;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** What the roles are made over; from the committed bundle. */
export interface AccessTarget {
  readonly databaseUuid: string;
  readonly datasets: readonly { readonly uuid: string; readonly name: string; readonly hasVendor: boolean; readonly isQuery: boolean }[];
  readonly dashboards: readonly { readonly uuid: string; readonly isForVendors: boolean }[];
  /** Vendors who get a role of their own. */
  readonly vendors: readonly string[];
}

export interface Access {
  readonly roles: readonly string[];
  readonly vendorDatasets: readonly string[];
}

type Entry = { id: number; uuid: string };

/**
 * Makes the roles analyst, viewer and vendor, one role for each vendor named, and the rules about rows; run again it puts
 * right what changed. A vendor's user has two roles: "Martgraph vendor" and the one of their vendor.
 * @throws SupersetError
 */
export async function provisionAccess(client: SupersetClient, target: AccessTarget): Promise<Access> {
  const bad = target.vendors.find((vendor) => !UUID.test(vendor));
  if (bad !== undefined) throw new SupersetError(`"${bad}" is no vendor's id: it is the uuid that stands in the column vendor_id of the marts.`);
  const views = await permissionIds(client);
  const ids = async (kind: string) => new Map((await client.list<Entry>(`/api/v1/${kind}/`, ["id", "uuid"])).map(({ id, uuid }) => [uuid, id]));
  const [datasetIds, dashboardIds, databaseIds] = [await ids("dataset"), await ids("dashboard"), await ids("database")];
  const present = target.datasets.filter(({ uuid }) => datasetIds.has(uuid));
  const datasetPermission = (uuid: string) => views.ids(`datasource_access`, `(id:${datasetIds.get(uuid)})`);
  const ofVendors = present.filter(({ hasVendor, isQuery }) => hasVendor && !isQuery);

  const roles = await rolesByName(client);
  const [gamma, sqlLab] = [await permissionsOf(client, roles, "Gamma"), await permissionsOf(client, roles, "sql_lab")];
  const everything = idsOf(gamma, () => true);
  const reading = idsOf(gamma, (name) => (READS.test(name) || KEEPS_STATE.test(name)) && !TELLS_OF_OTHERS.test(name));
  const querying = idsOf(sqlLab, () => true);
  const everyDataset = present.flatMap(({ uuid }) => datasetPermission(uuid));
  const database = views.ids("database_access", `(id:${databaseIds.get(target.databaseUuid)})`);
  const analyst = await putRole(client, roles, ROLE_NAMES.analyst, [...everything, ...querying, ...everyDataset, ...database]);
  const viewer = await putRole(client, roles, ROLE_NAMES.viewer, [...reading, ...everyDataset]);
  // no access to the database: SQL Lab then asks for each table whether its dataset may be read
  const vendor = await putRole(client, roles, ROLE_NAMES.vendor, [...reading, ...querying, ...ofVendors.flatMap(({ uuid }) => datasetPermission(uuid))]);

  const tables = ofVendors.map(({ uuid }) => datasetIds.get(uuid)).filter((id) => id !== undefined);
  await putRule(client, { name: NOTHING_RULE, clause: "1 = 0", roles: [vendor], tables });
  const vendorRoles: string[] = [];
  for (const vendorId of target.vendors) {
    const name = vendorRoleName(vendorId);
    const role = await putRole(client, roles, name, []);
    await putRule(client, { name: ruleName(vendorId), clause: `vendor_id = '${vendorId}'`, roles: [role], tables });
    vendorRoles.push(name);
  }
  for (const { uuid, isForVendors } of target.dashboards) {
    const id = dashboardIds.get(uuid);
    if (id !== undefined) await client.json(`/api/v1/dashboard/${id}`, { method: "PUT", json: { roles: isForVendors ? [analyst, viewer, vendor] : [analyst, viewer] } });
  }
  return { roles: [...Object.values(ROLE_NAMES), ...vendorRoles], vendorDatasets: ofVendors.map(({ name }) => name) };
}

/** Superset's permissions on one thing each, which it writes as `[database].[table](id:7)`. */
async function permissionIds(client: SupersetClient) {
  const pairs = await client.list<{ id: number; permission: { name: string }; view_menu: { name: string } }>("/api/v1/security/permissions-resources/");
  return { ids: (permission: string, ending: string): number[] => pairs.filter((pair) => pair.permission.name === permission && pair.view_menu.name.endsWith(ending)).map(({ id }) => id) };
}

type Permission = { id: number; permission_name: string; view_menu_name: string };

async function permissionsOf(client: SupersetClient, roles: ReadonlyMap<string, number>, name: string): Promise<Permission[]> {
  const id = roles.get(name);
  if (id === undefined) throw new SupersetError(`This Superset has no role "${name}": run superset init there first.`);
  return (await client.json<{ result: Permission[] }>(`/api/v1/security/roles/${id}/permissions/`)).result;
}

const idsOf = (permissions: readonly Permission[], wanted: (name: string) => boolean) => permissions.filter((one) => wanted(`${one.permission_name} ${one.view_menu_name}`)).map(({ id }) => id);

async function rolesByName(client: SupersetClient): Promise<Map<string, number>> {
  return new Map((await client.list<{ id: number; name: string }>("/api/v1/security/roles/")).map(({ id, name }) => [name, id]));
}

async function putRole(client: SupersetClient, roles: Map<string, number>, name: string, permissions: readonly number[]): Promise<number> {
  const known = roles.get(name) ?? (await client.json<{ id: number }>("/api/v1/security/roles/", { method: "POST", json: { name } })).id;
  roles.set(name, known);
  await client.json(`/api/v1/security/roles/${known}/permissions`, { method: "POST", json: { permission_view_menu_ids: [...new Set(permissions)] } });
  return known;
}

async function putRule(client: SupersetClient, rule: { name: string; clause: string; roles: readonly number[]; tables: readonly number[] }): Promise<void> {
  const found = (await client.list<{ id: number; name: string }>("/api/v1/rowlevelsecurity/", ["id", "name"])).find(({ name }) => name === rule.name);
  const json = { ...rule, filter_type: "Regular", group_key: RULE_GROUP, description: "Made by martgraph bi import" };
  if (found) await client.json(`/api/v1/rowlevelsecurity/${found.id}`, { method: "PUT", json });
  else await client.json("/api/v1/rowlevelsecurity/", { method: "POST", json });
}

/** Gives a user roles beside those they have; makes the user where there is none and a password is given. @throws SupersetError */
export async function giveRoles(client: SupersetClient, user: { name: string; password?: string }, roleNames: readonly string[]): Promise<void> {
  const roles = await rolesByName(client);
  const wanted = roleNames.map((name) => {
    const id = roles.get(name);
    if (id === undefined) throw new SupersetError(`There is no role "${name}": run martgraph bi import first.`);
    return id;
  });
  const found = (await client.list<{ id: number; username: string; roles: { id: number }[] }>("/api/v1/security/users/")).find(({ username }) => username === user.name);
  if (found) {
    await client.json(`/api/v1/security/users/${found.id}`, { method: "PUT", json: { roles: [...new Set([...found.roles.map(({ id }) => id), ...wanted])] } });
    return;
  }
  if (user.password === undefined) throw new SupersetError(`Superset has no user "${user.name}": make them there first.`);
  await client.json("/api/v1/security/users/", { method: "POST", json: { username: user.name, password: user.password, email: `${user.name}@localhost`, first_name: user.name, last_name: "-", active: true, roles: wanted } });
}
