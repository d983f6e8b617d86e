// A scrap of a SUMO network: lights of several programs, and a half turn.
#pragma once

namespace gigalane::testing {

inline const char* const kSmallNet = R"(<net>
<edge id='a' from='n' to='m'><lane id='a_0' index='0' speed='13.9' length='50' shape='0,0 50,0'/></edge>
<edge id='b' name='High Street'/>

<tlLogic id='x' programID='0'><phase duration='9' state='GGgrr'/><phase duration='9' state='yyyrr'/></tlLogic>
<tlLogic id='x' programID='1'><phase duration='9' state='rrrGG'/></tlLogic>
<tlLogic id='unused' programID='0'><phase duration='9' state='G'/></tlLogic>
<connection from='a' to='b' tl='x' linkIndex='0' dir='s'/>
<connection from='a' to='-a' tl='x' linkIndex='2' dir='t'/>
<connection from='-b' to='-a' tl='x' linkIndex='1' dir='s'/>
<connection from='c' to='b' tl='x' linkIndex='3' dir='r'/>
<connection from='c' to='-a' tl='x' linkIndex='4' dir='l'/>
</net>)";

}  // namespace gigalane::testing
