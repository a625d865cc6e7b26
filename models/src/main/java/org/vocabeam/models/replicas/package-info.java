/**
 * What becomes of students that were trained side by side. What was tried, and why the usual {@link
 * org.vocabeam.models.replicas.Combination} is what it is, stands with the student update.
 */
package org.vocabeam.models.replicas;
