/**
 * Real images that a newcomer can get with the ordinary client of the system, for the demo and the
 * benchmarks.
 *
 * <p>Decisions:
 *
 * <ul>
 *   <li><b>From Debian packages</b> ({@code apt-get download}, {@code dpkg-deb -x}): their mirrors
 *       are where the machine already gets its software, the archive is checked by its signature,
 *       and nothing is installed. Without Debian the message says which files to put where.
 *   <li><b>Nothing half done has the final name.</b> Work goes on in a hidden folder beside the
 *       target, on the same file system, and is moved when it is whole.
 *   <li><b>Photo-ID's grid</b> is 68 pixels: it gives 3,430 crops for training and 1,768 for test
 *       (64 gives 3,867 and 1,990; 72 gives 3,199 and 1,635), and windows do not overlap.
 * </ul>
 */
package org.vocabeam.pipelines.datasets;
