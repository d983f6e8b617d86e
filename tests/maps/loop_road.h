// A small OpenDRIVE file, for tests and fuzzers to break.
#pragma once

namespace gigalane::testing {

// A loop of three roads, one of them in a junction, with a bit of everything.
inline const char* const kLoop = R"(<?xml version="1.0"?>
<OpenDRIVE>
 <header revMajor="1" revMinor="4" name="loop"/>
 <road name="a" length="100" id="1" junction="-1">
  <link><predecessor elementType="road" elementId="3" contactPoint="end"/>
   <successor elementType="junction" elementId="9"/></link>
  <type s="0" type="town"><speed max="50" unit="km/h"/></type>
  <planView><geometry s="0" x="0" y="0" hdg="0" length="60"><line/></geometry>
   <geometry s="60" x="60" y="0" hdg="0" length="40"><paramPoly3 aU="0" bU="1" cU="0" dU="0" aV="0" bV="0"
     cV="0" dV="0" pRange="arcLength"/></geometry></planView>
  <elevationProfile><elevation s="0" a="1" b="0.01" c="0" d="0"/></elevationProfile>
  <lateralProfile><superelevation s="0" a="0.02" b="0" c="0" d="0"/>
   <crossfall side="left" s="0" a="0.01" b="0" c="0" d="0"/>
   <shape s="0" t="-3" a="0" b="0.01" c="0" d="0"/><shape s="0" t="0" a="0.03" b="0" c="0" d="0"/></lateralProfile>
  <lanes><laneOffset s="0" a="0" b="0" c="0" d="0"/>
   <laneSection s="0"><left><lane id="1" type="sidewalk"><width sOffset="0" a="2" b="0" c="0" d="0"/></lane></left>
    <center><lane id="0" type="none"/></center>
    <right><lane id="-1" type="driving"><link><predecessor id="-1"/><successor id="-1"/></link>
     <width sOffset="0" a="3.5" b="0" c="0" d="0"/><height sOffset="0" inner="0.01" outer="0.02"/>
     <speed sOffset="10" max="30" unit="mph"/></lane></right>
   </laneSection>
   <laneSection s="50"><right><lane id="-1" type="driving"><link><predecessor id="-1"/></link>
     <width sOffset="0" a="3.5" b="0" c="0" d="0"/></lane></right></laneSection></lanes>
  <objects><object id="80" name="StopLine" s="97" t="-2"/></objects>
 </road>
 <road name="b" length="47.1238898" id="2" junction="9">
  <link><predecessor elementType="road" elementId="1" contactPoint="end"/>
   <successor elementType="road" elementId="3" contactPoint="start"/></link>
  <planView><geometry s="0" x="100" y="0" hdg="0" length="47.1238898"><arc curvature="0.0666666667"/></geometry></planView>
  <lanes><laneSection s="0"><right><lane id="-1" type="driving"><link><predecessor id="-1"/><successor id="-1"/></link>
   <width sOffset="0" a="3.5" b="0" c="0" d="0"/></lane></right></laneSection></lanes>
  <signals><signal id="5" s="2" t="-4" zOffset="3" type="1000001" dynamic="yes" orientation="+">
   <validity fromLane="-1" toLane="-1"/></signal></signals>
 </road>
 <road name="c" length="147.1238898" id="3" junction="-1">
  <link><predecessor elementType="junction" elementId="9"/>
   <successor elementType="road" elementId="1" contactPoint="start"/></link>
  <planView><geometry s="0" x="100" y="30" hdg="3.14159265" length="100"><line/></geometry>
   <geometry s="100" x="0" y="30" hdg="3.14159265" length="47.1238898">
    <spiral curvStart="0.0666666667" curvEnd="0.0666666667"/></geometry></planView>
  <lanes><laneSection s="0"><right><lane id="-1" type="driving"><link><predecessor id="-1"/><successor id="-1"/></link>
   <width sOffset="0" a="3.5" b="0" c="0" d="0"/></lane></right></laneSection></lanes>
 </road>
 <controller id="4" name="lights"><control signalId="5" type="0"/></controller>
 <junction id="9" name="j"><connection id="0" incomingRoad="1" connectingRoad="2" contactPoint="start">
  <laneLink from="-1" to="-1"/></connection><controller id="4" sequence="0"/></junction>
</OpenDRIVE>
)";

}  // namespace gigalane::testing
