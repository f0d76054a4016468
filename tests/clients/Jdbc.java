// What pgJDBC shows of a server, as text: java -cp postgresql.jar Jdbc.java PORT MODE PREPARE_THRESHOLD

import java.io.StringWriter;
import java.math.BigDecimal;
import java.sql.*;
import java.time.OffsetDateTime;
import java.util.*;
import org.postgresql.PGConnection;

public class Jdbc {
  interface Answer { ResultSet get() throws Exception; }

  static Connection connection;

  /** Rows in the order in which they came, under the names of the columns and, of a query, their types. */
  static void show(String name, boolean withTypes, Answer answer) throws Exception {
    System.out.println("== " + name);
    try (ResultSet rows = answer.get()) {
      ResultSetMetaData meta = rows.getMetaData();
      for (int c = 1; c <= meta.getColumnCount(); c++) {
        System.out.print(meta.getColumnLabel(c) + (withTypes ? ":" + meta.getColumnTypeName(c) + ":" + meta.getColumnClassName(c) : "") + " ");
      }
      List<String> lines = new ArrayList<>();
      while (rows.next()) {
        StringBuilder line = new StringBuilder("\n");
        for (int c = 1; c <= meta.getColumnCount(); c++) line.append(text(rows.getObject(c))).append('|');
        lines.add(line.toString());
      }
      if (!withTypes) Collections.sort(lines);  // of the catalogue: by OID, which differ
      System.out.println(String.join("", lines));
    } catch (SQLException e) {
      System.out.println(e.getSQLState());
    }
  }

  static String text(Object value) throws SQLException {
    if (value instanceof byte[] bytes) return HexFormat.of().formatHex(bytes);
    if (value instanceof java.sql.Array array) return Arrays.toString((Object[]) array.getArray());
    return String.valueOf(value);
  }

  static void showCatalogue() throws Exception {
    DatabaseMetaData meta = connection.getMetaData();
    show("schemas", false, () -> meta.getSchemas(null, "silver"));
    show("tables", false, () -> meta.getTables(null, "silver", "song%", new String[] {"TABLE", "VIEW"}));
    show("columns", false, () -> meta.getColumns(null, "silver", "songplays", "%"));
    show("primary keys", false, () -> meta.getPrimaryKeys(null, "silver", "songplays"));
    show("imported keys", false, () -> meta.getImportedKeys(null, "silver", "songplays"));
    show("exported keys", false, () -> meta.getExportedKeys(null, "silver", "users"));
    show("cross reference", false, () -> meta.getCrossReference(null, "silver", "users", null, "silver", "songplays"));
    show("best row", false, () -> meta.getBestRowIdentifier(null, "silver", "songplays", 1, true));
    show("versions", false, () -> meta.getVersionColumns(null, "silver", "songplays"));
    show("procedures", false, () -> meta.getProcedures(null, "silver", "%"));
    show("functions", false, () -> meta.getFunctions(null, "silver", "%"));
    show("function columns", false, () -> meta.getFunctionColumns(null, "silver", "%", "%"));
    show("kinds of tables", false, meta::getTableTypes);
    try (ResultSet index = meta.getIndexInfo(null, "silver", "songplays", false, false)) {
      while (index.next()) System.out.println(index.getString("INDEX_NAME") + " " + index.getString("COLUMN_NAME") + " " + index.getBoolean("NON_UNIQUE"));
    }
    try (ResultSet types = meta.getTypeInfo()) {
      Set<String> names = new HashSet<>();
      while (types.next()) names.add(types.getString("TYPE_NAME"));
      System.out.println(names.containsAll(List.of("int4", "int8", "text", "varchar", "numeric", "timestamptz", "date", "bool", "float8", "bytea", "json")));
    }
    System.out.println(meta.getSQLKeywords().contains("analyze") + " " + meta.getMaxColumnNameLength() + " " + meta.getUserName() + " " + meta.getStringFunctions());
  }

  static void showQueries() throws Exception {
    for (String query : new String[] {
        "select * from silver.songplays order by songplay_id limit 5",
        "select 1::int2, 1::int4, 1::int8, 1.5::float4, 1.5::float8, 1.50::numeric(10,2), true, 'a'::text, 'b'::varchar, null, 'x'",
        "select date '2024-02-29', timestamp '2024-01-01 10:00:00.5', timestamptz '2024-01-01 10:00:00+02', time '10:11:12'",
        "select interval '1 day 2 hours', array[1,2,3], array['a','b'], '\\x00ff'::bytea, '{\"a\":1}'::json, '12345678-1234-1234-1234-123456789012'::uuid",
        "select level, count(*), sum(session_id), min(start_time), length(level) from silver.songplays group by level order by level",
        "select generate_series(1, 3), generate_series(2, 4) * 2",
        "select * from nothing", "selec", "insert into silver.users values ('1')", "select 1/0", "select (select 1 union select 2)"}) {
      show(query, true, () -> connection.createStatement().executeQuery(query));
    }
  }

  static void showParameters() throws Exception {
    try (PreparedStatement plays = connection.prepareStatement(
             "select user_id, level, count(*) as n from silver.songplays where level = ? and start_time >= ? and session_id > ? group by 1, 2 order by 3 desc, 1 limit ?")) {
      for (int run = 0; run < 7; run++) {  // by then the driver has a statement of the server's
        plays.setString(1, "paid");
        plays.setTimestamp(2, Timestamp.valueOf("1999-11-05 00:00:00"));
        plays.setLong(3, 1);
        plays.setInt(4, 3);
        show("prepared, run " + run, true, plays::executeQuery);
      }
    }
    try (PreparedStatement each = connection.prepareStatement("select ?::int4, ?::text, ?::date, ?::numeric, ?::bool, ?::float8, ?::timestamptz, ?::bytea, ?::uuid, ?::text[]")) {
      each.setInt(1, 1);
      each.setString(2, "a'b");
      each.setDate(3, java.sql.Date.valueOf("2024-02-29"));
      each.setBigDecimal(4, new BigDecimal("1.5"));
      each.setBoolean(5, true);
      each.setDouble(6, 2.5);
      each.setObject(7, OffsetDateTime.parse("2024-01-01T10:00:00Z"));
      each.setBytes(8, new byte[] {0, -1});
      each.setObject(9, UUID.fromString("12345678-1234-1234-1234-123456789012"));
      each.setArray(10, connection.createArrayOf("text", new String[] {"x", null}));
      show("parameters", true, each::executeQuery);
    }
  }

  static void showTransactions() throws Exception {
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.setFetchSize(7);
      int rows = 0;
      try (ResultSet plays = statement.executeQuery("select songplay_id from silver.songplays")) {
        while (plays.next()) rows++;
      }
      System.out.println("in portions: " + rows);
      Savepoint before = connection.setSavepoint("before");
      show("fails", true, () -> statement.executeQuery("select 1/0"));
      show("aborted", true, () -> statement.executeQuery("select 1"));
      connection.rollback(before);
      show("goes on", true, () -> statement.executeQuery("select 1"));
      connection.commit();
    }
    connection.setAutoCommit(true);
    connection.setReadOnly(true);
    System.out.println(connection.isValid(5) + " " + connection.getSchema());
    connection.setSchema("silver");
    try (Statement statement = connection.createStatement()) {
      statement.setMaxRows(2);
      show("at most two", true, () -> statement.executeQuery("select user_id from users order by 1"));
      statement.setMaxRows(0);
      statement.setQueryTimeout(1);
      show("timeout", true, () -> statement.executeQuery("select count(*) from generate_series(1, 100000) a, generate_series(1, 1000000) b where a * b % 7 = 3"));
    }
    StringWriter copied = new StringWriter();
    connection.unwrap(PGConnection.class).getCopyAPI().copyOut("copy (select user_id, level from users order by 1 limit 2) to stdout csv header", copied);
    System.out.println(copied);
  }

  public static void main(String[] arguments) throws Exception {
    Properties properties = new Properties();
    properties.setProperty("user", "postgres");
    properties.setProperty("preferQueryMode", arguments[1]);
    properties.setProperty("prepareThreshold", arguments[2]);
    connection = DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + arguments[0] + "/lake", properties);
    showCatalogue();
    showQueries();
    if (!arguments[1].equals("simple")) showParameters();
    showTransactions();
    connection.close();
  }
}
