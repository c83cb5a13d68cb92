# SPDX-License-Identifier: Apache-2.0
"""The inside of `HazelcastCluster`: what members know and decide, and the sockets around it.

Pure, without sockets, clocks or randomness of their own:

- `options`, `versions`: what a cluster can be asked to be, and how members of a line differ;
- `records`, `stores`, `paging`: the entries of a map in one partition, their life, pages of them;
- `assignment`: which members hold which partition, before and after somebody came or went;
- `member`, `state`: a member's memory, and what all members of a cluster agree on;
- `session`, `dispatch`, `refusals`: a client's connection, from bytes to handlers and back;
- `client_service`, `map_keys`, `map_service`, `map_whole`: what the messages do;
- `map_query_service`, `query`: what those with predicates, aggregators and projections do;
- `lock_service`, `locks`, `waiting`: keys that are locked, and requests that wait for them;
- `processor_service`, `processing`, `interceptors`, `intercepted`, `user_code`, `factories`: code
  of the program that members run;
- `near_cache_service`, `invalidations`; `map_others`, `losses`: who is told what, and odd messages;
- `changes`: what follows a change of entries, whatever made it;
- `views`, `registrations`, `objects`: who is told what;
- `fault_specs`, `choice`, `active_fault`, `faults`, `damage`: what can go wrong, and with which
  messages;
- `timers`: what is done later; `properties`: what real members are configured with; `orders`: what
  a cluster can be told to do, as data.

Around them: `server` and `link` (asyncio), `traffic` (messages on their way through faults),
`cluster` (members on one loop, which lives in one of `gridwire.testing._homes`). What clusters of
both systems have in common is in `gridwire.testing._shared`.
"""
