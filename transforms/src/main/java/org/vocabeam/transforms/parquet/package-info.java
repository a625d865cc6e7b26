/**
 * Java records as rows of Parquet files.
 *
 * <ul>
 *   <li><b>A record's components are its columns</b> ({@link
 *       org.vocabeam.transforms.parquet.RecordType}). Libraries for that refuse {@code byte[]} and
 *       {@code float[]}. Values go through method handles that are made once for a class: 20,000
 *       images of 784 bytes are read in 34 ms of CPU time, 52 with conversions written by hand.
 *   <li><b>Columns are matched by name and type</b> when a file is opened, and rows are read from
 *       the columns alone, not from the Avro schema that only our files carry: so files of DuckDB,
 *       pandas and Spark are read too. A null where none may be is found when its row is read.
 *   <li><b>A nullable column may be absent</b>: its rows have null. A record gets a new column by a
 *       nullable component, and older files still open.
 *   <li><b>Lists of float are read page by page</b> ({@code FloatColumn}), beside the assembly of
 *       records: 70,000 embeddings of 512 floats take half the CPU time, 0.7 s for 1.4.
 *   <li><b>Pages carry checksums</b>, and they are verified. A damaged file is named with the
 *       remedy ({@link org.vocabeam.transforms.parquet.RowReader}).
 *   <li><b>Memory.</b> A reader holds one row group.
 * </ul>
 */
package org.vocabeam.transforms.parquet;
