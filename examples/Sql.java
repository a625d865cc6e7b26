import java.sql.DriverManager;

/** Prints the result of one query, tab-separated: java -cp duckdb_jdbc.jar examples/Sql.java QUERY. */
class Sql {
  public static void main(String[] arguments) throws Exception {
    try (var connection = DriverManager.getConnection("jdbc:duckdb:");
        var statement = connection.createStatement();
        var rows = statement.executeQuery(arguments[0])) {
      int columns = rows.getMetaData().getColumnCount();
      for (int i = 1; i <= columns; i++) {
        System.out.print(rows.getMetaData().getColumnName(i) + (i < columns ? "\t" : "\n"));
      }
      while (rows.next()) {
        for (int i = 1; i <= columns; i++) {
          System.out.print(rows.getString(i) + (i < columns ? "\t" : "\n"));
        }
      }
    }
  }
}
