/**
 * The GPUs of a TaskManager, as Flink's external resource {@code gpu}. A jar of this package alone
 * is beside Flink's in the plugin's folder; it knows no other class of Vocabeam.
 */
package org.vocabeam.pipelines.gpu;
