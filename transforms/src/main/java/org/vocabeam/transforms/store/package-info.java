/**
 * Parquet stores: what one stage hands to the next.
 *
 * <p>A store is a directory of {@code part-00000-of-00004.parquet} files and a {@code _SUCCESS}
 * file. Decisions:
 *
 * <ul>
 *   <li><b>Complete or not there.</b> Every file is written under a temporary name and renamed when
 *       it is whole; {@code _SUCCESS} (JSON: store name, rows, shards, provenance) comes last, from
 *       the driver, after the pipeline has finished. A reader refuses a directory without it. A
 *       retried bundle writes the same bytes over the same name.
 *   <li><b>Not overwritten by accident.</b> Writing over a complete store is refused unless asked
 *       for, because hours of work may be in it. What an interrupted run left (parts without {@code
 *       _SUCCESS}, temporary files) is removed without asking. Files with other names are never
 *       touched.
 *   <li><b>The bytes depend on the rows alone</b>, not on the order in which they arrive or on the
 *       number of workers: a row's shard is the hash of its id, and rows are sorted by that hash
 *       within the shard. So a store is also shuffled: every row group is a mix of all classes. Two
 *       stores with the same ids and the same number of shards have their rows in the same order.
 *       What belongs to a row group of one is therefore a range of rows of the other ({@link
 *       org.vocabeam.transforms.store.AlignedRows}), and nobody joins them.
 *   <li><b>Every shard has a file</b>, also without rows, so an empty store has a schema.
 *   <li><b>The fingerprint</b> of a store comes from a hash of the rows that each file carries in
 *       its key-value metadata ({@code vocabeam.content}): it needs the footers only, and changes
 *       with the data, the order of the rows and the schema, but not with the place, the
 *       compression or the size of the row groups. Pages carry checksums, and they are verified.
 *   <li><b>Memory.</b> A shard is sorted in a local temporary file: in memory are 50 bytes for each
 *       of its rows, and one row group. Held in memory themselves, the rows of a shard that turned
 *       out larger than foreseen did not fit; 1 GB of raw images as one shard is ingested with 256
 *       MB of heap. What is made row by row of another store's shard comes in its order already,
 *       and is appended ({@link org.vocabeam.transforms.store.OpenShard}). A reader holds one row
 *       group.
 *   <li><b>Other engines' stores.</b> A directory of Parquet files with an empty {@code _SUCCESS}
 *       is a store too: all {@code *.parquet} in it, in the order of their names. Columns are
 *       matched by name and type when it is opened ({@code ColumnMatch}), and rows are read from
 *       the columns alone, not from the Avro schema that only our files carry. A null where none
 *       may be is found when its row is read. The fingerprint of such a store is a hash of its
 *       files' bytes, since a footer need not change with a pixel; that reads the store once more.
 *   <li>All files go through Beam's {@code FileSystems}; Hadoop's file systems are not used.
 * </ul>
 */
package org.vocabeam.transforms.store;
