import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Compares the stores of two folders, for {@code java -cp duckdb_jdbc.jar Compare.java BEFORE
 * AFTER}. A store is a directory of Parquet files; its rows come file by file, in the order of
 * their names. Two stores are the same when they have as many rows and every column of the first
 * has the same type and the same values, row by row, in the second. A column that the second adds
 * is named and otherwise ignored. Exit status: 0 all the same, 1 some are not.
 *
 * <p>The statistics of an images store must be the same too. Other files (plans, model cards, what
 * the commands printed) may tell of versions and are only named.
 */
final class Compare {
  private record Column(String type, String hash) {}

  private record Table(long rows, Map<String, Column> columns) {}

  private final Connection duckdb;
  private int stores;
  private int different;

  private Compare(Connection duckdb) {
    this.duckdb = duckdb;
  }

  public static void main(String[] arguments) throws IOException, SQLException {
    Path before = Path.of(arguments[0]);
    Path after = Path.of(arguments[1]);
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:")) {
      Compare compare = new Compare(duckdb);
      compare.stores(files(before, true), files(after, true));
      compare.others(files(before, false), files(after, false));
      System.out.printf(
          "%n%d stores and results, %s%n",
          compare.stores,
          compare.different == 0 ? "all the same" : compare.different + " DIFFERENT");
      System.exit(compare.different == 0 ? 0 : 1);
    }
  }

  private void stores(Map<String, List<Path>> before, Map<String, List<Path>> after)
      throws IOException, SQLException {
    System.out.printf("%-52s %8s  %-10s %-7s %s%n", "store", "rows", "rows are", "bytes", "");
    for (String store : union(before, after)) {
      List<Path> old = before.get(store);
      List<Path> now = after.get(store);
      if (old == null || now == null) {
        report(store, "", false, "", "only " + (now == null ? "before" : "after"));
        continue;
      }
      Table oldTable = read(old);
      Table newTable = read(now);
      List<String> notes = differences(oldTable, newTable);
      boolean same = notes.isEmpty();
      TreeSet<String> added = new TreeSet<>(newTable.columns.keySet());
      added.removeAll(oldTable.columns.keySet());
      if (!added.isEmpty()) {
        notes.add("new column " + String.join(", ", added));
      }
      report(
          store,
          Long.toString(oldTable.rows),
          same,
          equalBytes(old, now) ? "equal" : "differ",
          String.join("; ", notes));
    }
  }

  private static List<String> differences(Table before, Table after) {
    List<String> found = new ArrayList<>();
    if (before.rows != after.rows) {
      found.add(after.rows + " rows after");
    }
    before.columns.forEach(
        (name, column) -> {
          Column now = after.columns.get(name);
          if (now == null) {
            found.add("no column " + name);
          } else if (!now.type.equals(column.type)) {
            found.add(name + " is " + now.type + ", was " + column.type);
          } else if (!now.hash.equals(column.hash)) {
            found.add(name + " differs");
          }
        });
    return found;
  }

  /** Returns a hash of the values of each column, in the order of files and rows. */
  private Table read(List<Path> files) throws SQLException {
    String source =
        "read_parquet(["
            + files.stream()
                .map(file -> "'" + file.toString().replace("'", "''") + "'")
                .collect(Collectors.joining(", "))
            + "], hive_partitioning = false";
    try (Statement statement = duckdb.createStatement()) {
      Map<String, String> types = new LinkedHashMap<>();
      try (ResultSet described = statement.executeQuery("DESCRIBE SELECT * FROM " + source + ")")) {
        while (described.next()) {
          types.put(described.getString(1), described.getString(2));
        }
      }
      String hashes =
          types.keySet().stream()
              .map(
                  name ->
                      ", md5(coalesce(string_agg(coalesce(md5(CAST(\""
                          + name
                          + "\" AS VARCHAR)), 'null'), '' ORDER BY filename, file_row_number),"
                          + " ''))")
              .collect(Collectors.joining());
      try (ResultSet row =
          statement.executeQuery(
              "SELECT count(*)"
                  + hashes
                  + " FROM "
                  + source
                  + ", filename = true, file_row_number = true)")) {
        row.next();
        Map<String, Column> columns = new TreeMap<>();
        int at = 2;
        for (Map.Entry<String, String> type : types.entrySet()) {
          columns.put(type.getKey(), new Column(type.getValue(), row.getString(at++)));
        }
        return new Table(row.getLong(1), columns);
      }
    }
  }

  private void others(Map<String, List<Path>> before, Map<String, List<Path>> after)
      throws IOException {
    List<String> informative = new ArrayList<>();
    for (String name : union(before, after)) {
      List<Path> old = before.get(name);
      List<Path> now = after.get(name);
      boolean same = old != null && now != null && equalBytes(old, now);
      if (name.endsWith("/statistics.json")) {
        report(name, "", same, same ? "equal" : "differ", "");
      } else if (!same) {
        String where = old == null ? " (only after)" : now == null ? " (only before)" : "";
        informative.add(name + where);
      }
    }
    if (!informative.isEmpty()) {
      System.out.printf("%nOther files that are not equal, which no result is read from:%n");
      informative.forEach(name -> System.out.println("  " + name));
    }
  }

  private void report(String store, String rows, boolean same, String bytes, String notes) {
    stores++;
    different += same ? 0 : 1;
    System.out.printf(
        "%-52s %8s  %-10s %-7s %s%n", store, rows, same ? "same" : "DIFFERENT", bytes, notes);
  }

  /** Returns the Parquet files of every directory, or every other file, by its path below root. */
  private static Map<String, List<Path>> files(Path root, boolean parquet) throws IOException {
    Map<String, List<Path>> found = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(root)) {
      for (Path file : walk.filter(Files::isRegularFile).sorted().toList()) {
        String name = root.relativize(file).toString();
        if (name.startsWith("checkout/") || parquet != name.endsWith(".parquet")) {
          continue;
        }
        String key = parquet ? root.relativize(file.getParent()).toString() : name;
        found.computeIfAbsent(key, directory -> new ArrayList<>()).add(file);
      }
    }
    return found;
  }

  private static boolean equalBytes(List<Path> before, List<Path> after) throws IOException {
    if (before.size() != after.size()) {
      return false;
    }
    for (int i = 0; i < before.size(); i++) {
      if (!before.get(i).getFileName().equals(after.get(i).getFileName())
          || Files.mismatch(before.get(i), after.get(i)) >= 0) {
        return false;
      }
    }
    return true;
  }

  private static TreeSet<String> union(Map<String, ?> before, Map<String, ?> after) {
    TreeSet<String> names = new TreeSet<>(before.keySet());
    names.addAll(after.keySet());
    return names;
  }
}
