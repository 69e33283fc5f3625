/* Rows made by hand, right ones first and then with one thing wrong after another: each line is what `_batch` returns. */
#include "test.rows.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 64
static struct ArrowSchema schemas[MOST];
static struct ArrowArray arrays[MOST];
static struct ArrowSchema *schema_children[MOST];
static struct ArrowArray *array_children[MOST];
static const void *buffers[MOST][3];
static int made, children;

static void released_schema(struct ArrowSchema *it) { it->release = NULL; }
static void released_array(struct ArrowArray *it) { it->release = NULL; }

/* The next column, with so many buffers; its children are added by `adopt`. */
static int column(const char *name, const char *format, int n, const void *validity, const void *values, const void *bytes) {
  int at = made++;
  schemas[at] = (struct ArrowSchema){.format = format, .name = name, .release = released_schema};
  buffers[at][0] = validity;
  buffers[at][1] = values;
  buffers[at][2] = bytes;
  arrays[at] = (struct ArrowArray){.length = 3, .null_count = -1, .n_buffers = n, .buffers = buffers[at], .release = released_array};
  return at;
}

static void adopt(int parent, int count, const int *all) {
  schemas[parent].children = schema_children + children;
  arrays[parent].children = array_children + children;
  schemas[parent].n_children = arrays[parent].n_children = count;
  for (int n = 0; n < count; n++) {
    schema_children[children] = schemas + all[n];
    array_children[children++] = arrays + all[n];
  }
}

static const uint8_t all_true[1] = {7}, home_known[1] = {5}, since_known[1] = {1};
static int64_t points[3] = {10, 20, 101};
static int32_t born[3] = {10000, 10000, 10000}, codes[4] = {0, 2, 2, 6}, home[3] = {1, 9, 0}, lists[4] = {0, 2, 2, 3};
static int32_t kinds[3] = {1, 0, 1}, since[3] = {12000, 0, 0};
static const char *text = "abc\xe5\xad\x97";
static uint64_t amounts[6] = {50000, 0, 70000, 0, 1, 0};

static int whole, member, points_, born_, code, home_, items, item, kind, amount, since_;

static void make(void) {
  made = children = 0;
  whole = column("", "+s", 1, NULL, NULL, NULL);
  member = column("member", "b", 2, NULL, all_true, NULL);
  points_ = column("points", "l", 2, NULL, points, NULL);
  born_ = column("born", "tdD", 2, NULL, born, NULL);
  code = column("code", "u", 3, NULL, codes, text);
  home_ = column("home", "i", 2, home_known, home, NULL);
  items = column("items", "+l", 2, NULL, lists, NULL);
  item = column("item", "+s", 1, NULL, NULL, NULL);
  kind = column("kind", "i", 2, NULL, kinds, NULL);
  amount = column("amount", "d:12,2", 2, NULL, amounts, NULL);
  since_ = column("since", "tdD", 2, since_known, since, NULL);
  adopt(whole, 6, (int[]){member, points_, born_, code, home_, items});
  adopt(items, 1, (int[]){item});
  adopt(item, 3, (int[]){kind, amount, since_});
}

static uint8_t verdicts[4], valid[6][1], at_home[1];
static uint64_t fails[4];
static struct enact_wide total[4];
static int64_t dated[4];
static int32_t where_[4], until[4];
static struct enact_text ticket[4];
static uint64_t room[ENACT_CLAIM_BATCH_ROOM / 8 + 1];
static struct enact_claim_results results;

static void clear(void) {
  memset(verdicts, 0, sizeof verdicts);
  memset(valid, 0, sizeof valid);
  memset(fails, 0, sizeof fails);
  at_home[0] = 0;
  results = (struct enact_claim_results){verdicts, fails, total, valid[0], dated, valid[1], at_home, valid[2], where_, valid[3], ticket, valid[4], until, valid[5]};
}

static int call(void) { return enact_claim_batch(schemas, arrays, &results, room, 19783); }

static void wrong(const char *what) {
  int code = call();
  printf("%s: %d of column %d\n", what, code & 255, code >> 8);
  make();
  clear();
}

int main(void) {
  make();
  clear();
  printf("right: %d\n", call());
  for (int n = 0; n < 3; n++) {
    printf("%d %d", verdicts[n], (int)fails[n]);
    if (valid[0][0] >> n & 1) {
      printf(" total %lld dated %lld at_home %d ticket %.*s until %d", (long long)total[n].low, (long long)dated[n], at_home[0] >> n & 1, (int)ticket[n].bytes, ticket[n].at, until[n]);
      if (valid[3][0] >> n & 1) printf(" where_ %d", where_[n]);
    }
    printf("\n");
  }
  make();
  clear();
  arrays[0].length = 0;
  for (int n = 1; n < made; n++) arrays[n].length = 0, buffers[n][1] = buffers[n][2] = NULL;
  printf("none: %d\n", call());
  make();
  clear();
  arrays[whole].offset = 1;
  arrays[whole].length = 1;
  printf("the second alone: %d", call());
  printf(", %d\n", verdicts[0]);
  make();
  clear();

  printf("no schema: %d\n", enact_claim_batch(NULL, arrays, &results, room, 0));
  printf("no rows: %d\n", enact_claim_batch(schemas, NULL, &results, room, 0));
  printf("no results: %d\n", enact_claim_batch(schemas, arrays, NULL, room, 0));
  printf("no room: %d\n", enact_claim_batch(schemas, arrays, &results, NULL, 0));
  printf("rows askew: %d\n", enact_claim_batch(schemas, (struct ArrowArray *)((char *)arrays + 4), &results, room, 0));
  printf("room askew: %d\n", enact_claim_batch(schemas, arrays, &results, (char *)room + 1, 0));
  results.dated = NULL, wrong("no place for an output");
  schemas[born_].format = NULL, wrong("no format");
  schemas[born_].format = "tdm", wrong("milliseconds");
  schemas[points_].format = "i", wrong("narrow integers");
  schemas[points_].format = "", wrong("an empty format");
  schemas[amount].format = "d:12,3", wrong("another scale");
  schemas[amount].format = "d:,2", wrong("no digits");
  schemas[amount].format = "d:12,2x", wrong("more after it");
  schemas[home_].dictionary = schemas + kind, wrong("a dictionary");
  schemas[code].name = "kode", wrong("another name");
  schemas[code].name = NULL, wrong("no name");
  schemas[whole].n_children = 5, wrong("a column fewer");
  arrays[item].n_children = 4, wrong("a column more in the elements");
  schemas[items].children = NULL, wrong("no children");
  array_children[2] = NULL, wrong("a column that is null");
  array_children[2] = (struct ArrowArray *)((char *)(arrays + born_) + 4), wrong("a column askew");
  arrays[home_].release = NULL, wrong("a released column");
  schemas[whole].release = NULL, wrong("a released schema");
  arrays[kind].length = 2, wrong("a column too short");
  arrays[since_].length = -1, wrong("less than no rows");
  arrays[whole].length = -1, wrong("less than no rows at all");
  arrays[born_].offset = -1, wrong("an offset below 0");
  arrays[whole].length = arrays[member].length = (int64_t)1 << 40, wrong("too many rows");
  arrays[points_].offset = INT64_MAX, wrong("too large an offset");
  arrays[code].n_buffers = 2, wrong("a buffer fewer");
  arrays[code].buffers = NULL, wrong("no buffers");
  buffers[born_][1] = NULL, wrong("no values");
  codes[1] = 3, codes[2] = 2, wrong("a text that ends before it begins");
  codes[1] = codes[2] = 2, lists[0] = -1, wrong("a list that begins before the first");
  lists[0] = 0, lists[3] = 4, wrong("more elements than there are");
  lists[1] = 0, lists[2] = 0, lists[3] = 4;
  static int32_t many_kinds[4] = {0}, many_since[4];
  static uint64_t many_amounts[8];
  buffers[kind][1] = many_kinds, buffers[amount][1] = many_amounts, buffers[since_][1] = many_since;
  for (int n = item; n <= since_; n++) arrays[n].length = 4;
  printf("a list too long: %d", call());
  printf(", %d %d %d\n", verdicts[0], verdicts[1], verdicts[2]);
  return 0;
}
