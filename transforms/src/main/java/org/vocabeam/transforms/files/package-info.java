/**
 * Files at any place, and directories that appear whole.
 *
 * <ul>
 *   <li><b>One way to every place.</b> All files go through Beam's {@code FileSystems}; Hadoop's
 *       file systems are not used. A location is a string, joined by {@link
 *       org.vocabeam.transforms.files.StoreFiles#resolve}.
 *   <li><b>TensorFlow writes local files only.</b> What it makes is made beside its place or in a
 *       temporary directory, and then appears there ({@link
 *       org.vocabeam.transforms.files.StagedDirectory}).
 *   <li><b>Object stores.</b> S3 has no rename: Beam copies and deletes. An object appears whole or
 *       not at all, so a copy is atomic for its readers; a kill between the two leaves a temporary
 *       object, which the next run removes. Where no directory can be renamed, the file that
 *       readers look for comes last. A killed upload is in no listing, and costs money until a
 *       lifecycle rule of the bucket removes it. Beam sends a HEAD for every object that it lists,
 *       so a folder of loose images costs requests that a tar does not. Of Amazon's libraries the
 *       class path has S3 and STS with the Apache client, 10 MB.
 *   <li><b>A failed write names the file</b> and the remedy ({@link
 *       org.vocabeam.transforms.files.FileFailure}, {@link
 *       org.vocabeam.transforms.files.ObjectStoreFailure}).
 * </ul>
 */
package org.vocabeam.transforms.files;
