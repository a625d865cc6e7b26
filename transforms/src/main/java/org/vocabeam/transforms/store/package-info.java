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
 *   <li><b>Footers count what is asked of row groups.</b> A run must know how many images of its
 *       split each row group has, before it reads any. The statistics of Parquet tell where a row
 *       group has one split, which shuffled rows have only when the store has one. So the files of
 *       a type that says so ({@link org.vocabeam.transforms.parquet.RecordType#tallied}) carry the
 *       counts in their key-value metadata ({@code vocabeam.tally.split}); what neither tells is
 *       read, that column alone.
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
 *   <li><b>Views.</b> Several stores are one to every reader by a {@code _SUCCESS} that names their
 *       files by relative paths ({@link org.vocabeam.transforms.store.StoreView}): a store grows
 *       without being copied, and every state of it stays. The rows of a view are sorted in each of
 *       its stores, not over all; so no other store has its rows in the same order, and what is
 *       read beside images (targets, stored views) is refused for them.
 *   <li><b>Any place.</b> All files go through Beam's {@code FileSystems}; Hadoop's file systems
 *       are not used. A location is a string, joined by {@link
 *       org.vocabeam.transforms.files.StoreFiles#resolve}. TensorFlow writes local files only: what
 *       it makes is made beside its place or in a temporary directory, and then appears there
 *       ({@link org.vocabeam.transforms.files.StagedDirectory}).
 *   <li><b>Object stores.</b> S3 has no rename: Beam copies and deletes. What is promised holds all
 *       the same. An object appears whole or not at all, so a copy is atomic for its readers; a
 *       kill between the two leaves a temporary object, which the next {@code prepare} or {@code
 *       commit} removes, and {@code _SUCCESS} still comes last. An export has no directory to
 *       rename, so {@code saved_model.pb} comes last. What a killed upload has sent is in no
 *       listing, and costs money until a lifecycle rule of the bucket removes it. Beam sends a HEAD
 *       for every object that it lists, so a folder of loose images costs requests that a tar does
 *       not. Errors are told by {@link org.vocabeam.transforms.files.ObjectStoreFailure}. Of
 *       Amazon's libraries the class path has S3 and STS with the Apache client, 10 MB.
 *   <li><b>A failed write or read names the file</b> ({@code WrittenChannel}, {@link
 *       org.vocabeam.transforms.parquet.RowReader}) and what to do. Nothing that is complete is
 *       touched by it, so the same command goes on when there is room, or the file is whole.
 * </ul>
 */
package org.vocabeam.transforms.store;
