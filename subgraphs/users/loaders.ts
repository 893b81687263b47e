import { byKey, manyByKey, pagedByKey } from "#kit/batch.ts";
import type { Fresh } from "#kit/fresh.ts";
import type { RequestInfo } from "#kit/subgraph.ts";
import type { Clocks } from "#platform/clock.ts";
import type { Database } from "#platform/db/database.ts";
import { maySee, type Vendor } from "./domain/user.ts";
import { listAddressesOfUsers } from "./queries/addresses.ts";
import { listConsentHistory, listLatestConsents } from "./queries/consents.ts";
import { listIdentitiesOfUsers } from "./queries/identities.ts";
import { listPermissionGroupsOfMembers } from "./queries/permissionGroups.ts";
import { listDataExports } from "./queries/dataExports.ts";
import { listUsersByIds } from "./queries/users.ts";
import { listSecondFactors } from "./queries/secondFactor.ts";
import { listLiveSessions } from "./queries/sessions.ts";
import { listVendorMembers } from "./queries/vendorMembers.ts";
import { listVendorPages } from "./queries/vendorPages.ts";
import { listVendorsByIds, listVendorsOfMembers } from "./queries/vendors.ts";

export type UsersLoaders = ReturnType<typeof makeLoaders>;

/** Loaders of one request. Whom the viewer may not see is not there. */
export function makeLoaders({ db, vendors, clocks }: { db: Database; vendors: Fresh<Vendor>; clocks: Clocks }, { viewer, fresh }: RequestInfo) {
  return {
    userById: byKey({ load: async (ids) => (await listUsersByIds(db, ids)).filter((user) => maySee(user, viewer)), keyOf: (user) => user.id }),
    vendorById: byKey({
      load: async (ids) => [...(await vendors.getMany(ids, async (missing) => new Map((await listVendorsByIds(db, missing)).map((vendor) => [vendor.id, vendor])), { fresh })).values()],
      keyOf: (vendor) => vendor.id,
    }),
    addressesOfUser: manyByKey({ load: (ids) => listAddressesOfUsers(db, ids), keyOf: (address) => address.userId }),
    latestConsentsOfUser: manyByKey({ load: (ids) => listLatestConsents(db, ids), keyOf: (decision) => decision.userId }),
    consentHistoryOfUser: pagedByKey({ load: (ids, limit, after: readonly string[] | undefined) => listConsentHistory(db, ids, limit, after?.[0]), keyOf: (decision) => decision.userId }),
    sessionsOfUser: manyByKey({ load: (ids) => listLiveSessions(db, ids, clocks.wall.now()), keyOf: (session) => session.userId }),
    permissionGroupsOfMember: manyByKey({ load: (ids) => listPermissionGroupsOfMembers(db, ids), keyOf: (group) => group.userId }),
    identitiesOfUser: manyByKey({ load: (ids) => listIdentitiesOfUsers(db, ids), keyOf: (identity) => identity.userId }),
    secondFactorByUser: byKey({ load: (ids) => listSecondFactors(db, ids), keyOf: (factor) => factor.userId }),
    dataExportsOfUser: manyByKey({ load: (ids) => listDataExports(db, ids), keyOf: (one) => one.userId ?? "" }),
    membersOfVendor: manyByKey({ load: (ids) => listVendorMembers(db, ids), keyOf: (member) => member.vendorId }),
    pageOfVendor: byKey({ load: (ids) => listVendorPages(db, ids), keyOf: (page) => page.id }),
    vendorsOfMember: manyByKey({ load: (ids) => listVendorsOfMembers(db, ids), keyOf: (vendor) => vendor.userId }),
  };
}
